"""When: working times, time off, holds and the slots that follow from them."""
