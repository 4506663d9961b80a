"""The change of seasons: the old one sealed as an archive, the next begun on an empty ledger."""
