"""A context that libraries enter around batched functions."""


class TransformGetItemToIndex:
    """Context in which subscripts would be traced as an op of their own; nothing is traced."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        pass
