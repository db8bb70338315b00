/** Two sheets laid over each other: what they share is darker than either. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <rect x="3" y="3" width="18" height="18" rx="4" fill="var(--model-0)" opacity=".75" />
      <rect x="11" y="11" width="18" height="18" rx="4" fill="var(--model-1)" opacity=".85" />
      <path d="M15 11h6v6a4 4 0 0 1-4 4h-6v-6a4 4 0 0 1 4-4z" fill="#165e83" />
    </svg>
  );
}
