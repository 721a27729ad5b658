"""The reverse pass: each statement of a staged function turned round, last first."""
