"""What an outside service says when it does not do what it was asked."""


class GatewayError(Exception):
    """Something was not done; the text is for a person.

    `retry`: trying again later may help. `away`: the service itself does not work, so others would fail too.
    """

    def __init__(self, text: str, *, retry: bool, away: bool = False):
        super().__init__(text)
        self.retry = retry
        self.away = away
