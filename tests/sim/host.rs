//! A vending host with its own clock, and what is between it and the client: caches, service workers.

use crate::check::ANY;
use crate::clocks::{DAY, HOUR, MINUTE, MS, SECOND, log_uniform, server};
use fastrand::Rng;
use momento_token_wasm::refresh::Answer;

/// Which token an answer contains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Manner {
    /// A new one for each request.
    Fresh,
    /// The same one for this part of its life.
    Caches(f64),
    /// The same one until a second before it ends.
    Same,
    /// The same one until it ends by the host's clock.
    CachesByItsClock,
    /// A service worker serves what it has stored, and stores another for the next time.
    Revalidates,
    /// A cache serves what it has stored, for a while; it says since when, or not.
    Stores { age: bool },
}

/// What an answer states next to its token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Told {
    Nothing,
    /// How long tokens live.
    Whole,
    /// The remaining life of this one.
    Left,
    /// When it ends. The token itself does not state it.
    End,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    id: u32,
    minted: i64,
    /// True time.
    ends: i64,
}

/// The result of a request, and the truth about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brought {
    pub(crate) id: u32,
    /// When it ends (true time).
    pub(crate) ends: i64,
    pub(crate) answer: Answer,
    /// When it was requested.
    pub(crate) sent: i64,
    /// Whether it was generated for this request, by a host whose clock is right and readable.
    pub(crate) right_date: bool,
    /// Whether the same holds for all answers before.
    pub(crate) always_right: bool,
    /// Whether the token was issued for this request and its life is known.
    pub(crate) fresh: bool,
}

#[derive(Clone, Copy, Debug)]
struct Stored {
    brought: Brought,
    at: i64,
    ready: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) manner: Manner,
    /// How far its clock is ahead, and until when (true time).
    ahead: i64,
    corrected: i64,
    /// `Date` can be read.
    dated: bool,
    issued_at: bool,
    told: Told,
    /// The life that the app requests (ms).
    asked: Option<i64>,
    pub(crate) life: i64,
    latency: i64,
    jitter: f64,
    stores_for: i64,
    outage: (i64, i64),
    cached: Option<Token>,
    stored: Option<Stored>,
    next: Option<Stored>,
    minted: u32,
}

/// How far a clock is off: not at all, by less than counts as wrong, by seconds, minutes, or up to a day.
pub(crate) fn off(rng: &mut Rng) -> i64 {
    let (from, to) = match rng.u8(..100) {
        0..45 => return 0,
        45..53 => (500 * MS, 4_900 * MS),
        53..63 => (5 * SECOND, MINUTE),
        63..85 => (MINUTE, HOUR),
        _ => (HOUR, DAY),
    };
    log_uniform(rng, from, to) * if rng.bool() { 1 } else { -1 }
}

/// To the second before.
fn whole(ms: i64) -> i64 {
    ms.div_euclid(1_000) * 1_000
}

impl Host {
    /// Creates a host at `t`, when caches may already contain something.
    pub(crate) fn new(rng: &mut Rng, t: i64) -> Self {
        use Manner::*;
        let share = |rng: &mut Rng, from: i64, to: i64| log_uniform(rng, from, to) as f64 / 100.0;
        let life = match rng.u8(..5) {
            0..3 => log_uniform(rng, 20 * SECOND, HOUR),
            _ => log_uniform(rng, 11 * SECOND, 25 * HOUR),
        };
        let asked = match rng.u8(..100) {
            0..35 => None,
            35..65 => Some(life),
            65..83 => Some((life as f64 * share(rng, 110, 3_000)) as i64),
            _ => Some((life as f64 / share(rng, 110, 3_000)) as i64),
        };
        let manners = [
            Fresh,
            Caches(0.5),
            Caches(0.9),
            Same,
            CachesByItsClock,
            Revalidates,
            Stores { age: false },
            Stores { age: true },
        ];
        let manner = manners[rng.usize(..8)];
        let told = [Told::Nothing, Told::Nothing, Told::Whole, Told::Left][rng.usize(..4)];
        let outage = (t + rng.i64(0..2 * life), log_uniform(rng, 2 * SECOND, life));
        let mut host = Host {
            manner,
            ahead: off(rng),
            corrected: if rng.u8(..5) == 0 { t + rng.i64(0..3 * life) } else { i64::MAX },
            dated: rng.u8(..5) < 3,
            issued_at: rng.bool(),
            told,
            asked: asked.map(|life| life / MS),
            life,
            latency: log_uniform(rng, 5 * MS, 3 * SECOND),
            jitter: [0.0, 0.3, 1.0][rng.usize(..3)],
            stores_for: (life as f64 * share(rng, 10, 300)) as i64,
            outage: if rng.u8(..7) == 0 { (outage.0, outage.0 + outage.1) } else { (0, 0) },
            cached: None,
            stored: None,
            next: None,
            minted: 0,
        };
        if host.ahead == 0 && rng.u8(..8) == 0 && matches!(manner, Fresh | Caches(_) | Same) {
            host.told = Told::End;
        }
        let before = [0, 0, rng.i64(0..life), rng.i64(0..3 * life)][rng.usize(..4)];
        if before > 0 {
            let then = t - before;
            let minted = host.mint(then);
            match manner {
                Fresh => {}
                Caches(_) | Same | CachesByItsClock => host.cached = Some(minted),
                _ => host.stored = Some(Stored { brought: host.write(minted, then, true), at: then, ready: then }),
            }
        }
        host
    }

    /// Whether neither it nor a cache ever returns an expired token.
    pub(crate) fn is_sound(&self) -> bool {
        matches!(self.manner, Manner::Fresh | Manner::Caches(_) | Manner::Same)
    }

    /// Whether it returns or has returned expired tokens because its clock is slow. What a client has learned from that
    /// remains wrong.
    fn is_late(&self) -> bool {
        self.manner == Manner::CachesByItsClock && self.ahead < 0
    }

    /// How long after its end (true time) a client may treat the token as valid.
    pub(crate) fn late(&self, brought: &Brought, ahead: i64, grain: i64) -> i64 {
        match () {
            // If the host's clock is right, no longer than the client's own error.
            () if ahead.abs() <= 5 * SECOND && !self.is_late() => ahead.abs() + 2 * grain,
            () if ahead.abs() > 5 * SECOND && brought.right_date => 0,
            () => ANY,
        }
    }

    fn ahead_at(&self, t: i64) -> i64 {
        if t < self.corrected { self.ahead } else { 0 }
    }

    /// What its clock shows.
    fn clock(&self, t: i64) -> i64 {
        server(t + self.ahead_at(t))
    }

    fn mint(&mut self, t: i64) -> Token {
        self.minted += 1;
        let ends = (t + self.life).div_euclid(SECOND) * SECOND;
        Token { id: self.minted, minted: t, ends }
    }

    fn write(&self, token: Token, t: i64, is_new: bool) -> Brought {
        let right = self.ahead_at(t) == 0;
        let ends = server(token.ends);
        let clock = self.clock(t);
        let length = match self.told {
            Told::Nothing | Told::End => None,
            Told::Whole => Some(whole(self.life / MS + 500)),
            Told::Left => Some(whole(ends - clock)).filter(|left| *left > 0),
        };
        let bare = self.told == Told::End;
        let answer = Answer {
            token_hash: token.id.into(),
            expires_at: (!bare).then_some(ends),
            issued_at: (self.issued_at && !bare).then(|| whole(server(token.minted))),
            stated_life: length,
            stated_expiry: bare.then_some(ends),
            requested_life: self.asked,
            date: self.dated.then(|| whole(clock)),
            age: 0,
        };
        let known = match self.told {
            Told::Left => right,
            Told::Whole => true,
            Told::Nothing | Told::End => self.issued_at && !bare,
        };
        Brought {
            id: token.id,
            ends: token.ends,
            answer,
            sent: t,
            right_date: self.dated && right,
            always_right: self.dated && self.ahead == 0,
            fresh: is_new && known && self.manner == Manner::Fresh,
        }
    }

    /// The host itself answers.
    fn origin(&mut self, t: i64) -> Brought {
        let over = |token: &Token| match self.manner {
            Manner::Caches(share) => (t - token.minted) as f64 >= share * self.life as f64 || token.ends <= t,
            Manner::Same => token.ends - t < SECOND,
            Manner::CachesByItsClock => server(token.ends) - self.clock(t) < 1_000,
            _ => true,
        };
        let kept = self.cached.filter(|token| !over(token));
        let token = kept.unwrap_or_else(|| self.mint(t));
        self.cached = Some(token);
        self.write(token, t, kept.is_none())
    }

    /// The response to a request, and when it arrives.
    pub(crate) fn reply(&mut self, sent: i64, rng: &mut Rng) -> (i64, Option<Brought>) {
        let spread = 1.0 - self.jitter / 2.0 + 2.0 * self.jitter * rng.f64();
        let takes = ((self.latency as f64 * spread) as i64).clamp(MS, 3 * SECOND);
        let written = sent + (takes as f64 * (0.2 + 0.6 * rng.f64())) as i64;
        let is_out = (self.outage.0..self.outage.1).contains(&sent);
        let copy = |brought: Brought| Brought { sent, right_date: false, fresh: false, ..brought };
        match self.manner {
            Manner::Revalidates => {
                if let Some(next) = self.next.take_if(|next| next.ready <= sent) {
                    self.stored = Some(next);
                }
                if let Some(stored) = self.stored {
                    if !is_out && self.next.is_none() {
                        let brought = self.origin(written);
                        self.next = Some(Stored { brought, at: written, ready: sent + takes });
                    }
                    return (sent + 3 * MS, Some(copy(stored.brought)));
                }
            }
            Manner::Stores { age } => {
                if let Some(stored) = self.stored.filter(|stored| written - stored.at < self.stores_for) {
                    let mut brought = copy(stored.brought);
                    brought.answer.age = if age { whole((written - stored.at) / MS) } else { 0 };
                    return (sent + takes, Some(brought));
                }
            }
            _ => {}
        }
        if is_out {
            return (sent + takes, None);
        }
        let brought = Brought { sent, ..self.origin(written) };
        self.stored = Some(Stored { brought, at: written, ready: sent + takes });
        (sent + takes, Some(brought))
    }
}
