"""What an outside service says when it does not do what it was asked."""


class GatewayError(Exception):
    """Something was not done; the text is for a person.

    `retry`: trying again later may help. `away`: the service itself does not work, so others would fail too.
    `gone`: whoever was to be reached is not there any more. `wait`: seconds that the service asks us to wait.
    """

    def __init__(self, text: str, *, retry: bool, away: bool = False, gone: bool = False, wait: float = 0.0):
        super().__init__(text)
        self.retry = retry
        self.away = away
        self.gone = gone
        self.wait = wait
