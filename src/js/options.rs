//! `DecodeOptions`, as the package writes them down after checking their types.

use crate::codec::json::{Kind, Malformed, Reader};
use crate::token::{DecodeOptions, Overrides, TokenError};
use alloc::vec::Vec;

/// Reads `{"endpoint"?, "suffixes"?, "base"?, "prefix"?, "cache"?, "control"?, "token"?, "secure"?}`; an empty text is the default.
pub(super) fn read(text: &str) -> Result<DecodeOptions, TokenError> {
    let mut options = DecodeOptions::default();
    if text.is_empty() {
        return Ok(options);
    }
    let (mut base, mut prefix, mut cache, mut control, mut token) = (None, None, None, None, None);
    let mut secure = true;
    let mut reader = Reader::new(text);
    reader
        .object(|reader, name| {
            let slot = match name {
                "endpoint" => &mut options.endpoint,
                "base" => &mut base,
                "prefix" => &mut prefix,
                "cache" => &mut cache,
                "control" => &mut control,
                "token" => &mut token,
                "secure" => {
                    secure = reader.boolean()?;
                    return Ok(());
                }
                "suffixes" => {
                    let mut list = Vec::new();
                    reader.array(|reader| {
                        list.push(reader.string()?.into_owned());
                        Ok::<_, Malformed>(())
                    })?;
                    options.allowed_endpoint_suffixes = Some(list);
                    return Ok(());
                }
                _ => return reader.skip(),
            };
            *slot = match reader.kind()? {
                Kind::String => Some(reader.string()?.into_owned()),
                _ => return reader.skip(),
            };
            Ok::<_, Malformed>(())
        })
        .map_err(|_| TokenError::new("ERR_ARGUMENT", "expected decode options, found something else"))?;
    options.overrides = match (base, cache, control, token) {
        (Some(base), ..) => Some(Overrides::Base { base, prefix, secure }),
        (None, Some(cache), Some(control), Some(token)) => Some(Overrides::All { cache, control, token, secure }),
        _ => None,
    };
    Ok(options)
}
