// Errors in the form of the SDK's.
import type * as Sdk from '@gomomento/sdk-web';

/** An error of the SDK, thrown or returned as a response. */
export type SdkFailure = Sdk.TopicSubscribe.Error;

/**
 * Converts any value to an error of the SDK. The SDK wraps exceptions inside it in errors whose `errorCode()` throws,
 * and apps may throw anything.
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
