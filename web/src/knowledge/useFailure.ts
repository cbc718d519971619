import { useCallback, useState } from "react";
import { ApiError } from "../api.ts";

/** What failed last; a token that is good no more goes to `onRejected` instead. */
export function useFailure(onRejected: () => void) {
  const [failure, setFailure] = useState<ApiError | null>(null);
  const failed = useCallback(
    (error: unknown): void => {
      const problem = error instanceof ApiError ? error : new ApiError(0, String(error));
      if (problem.status === 401) onRejected();
      else setFailure(problem);
    },
    [onRejected],
  );
  return { failure, setFailure, failed };
}
