"""Who people are and what they may act as: accounts, sign-in, sessions, roles, training, duties."""
