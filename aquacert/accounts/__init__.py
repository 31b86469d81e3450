"""People, organisations and their standing, roles, sign-in, the step-up grant and the inbox."""
