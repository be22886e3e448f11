import pytest
from flask import Flask

from app.practice.therapist import Therapist
from tests.everything import Desk, everything


@pytest.fixture
def desk(app: Flask, mara: Therapist, otto: Therapist, operator) -> Desk:
    return everything(mara, otto)
