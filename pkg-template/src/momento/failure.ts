// What went wrong, in the form of the SDK's errors.
import type * as Sdk from '@gomomento/sdk-web';

/** What an error of the SDK's says, thrown or answered. */
export type SdkFailure = Sdk.TopicSubscribe.Error;

/**
 * The SDK makes an error of its own of whatever was thrown inside it, and that fails when it is asked for its code.
 * Apps may throw anything too.
 */
export function failureOf(error: unknown): SdkFailure {
  try {
    (error as SdkFailure).errorCode();
    return error as SdkFailure;
  } catch {
    const cause: unknown = (error as Partial<SdkFailure>).innerException?.() ?? error;
    const message = (): string => String(cause);
    return {
      type: 'Error',
      errorCode: () => 'UNKNOWN_ERROR',
      message,
      toString: message,
      innerException: () => cause,
    } as unknown as SdkFailure;
  }
}
