"""What a farm prints or takes away: its diary, its sign, its stock."""
