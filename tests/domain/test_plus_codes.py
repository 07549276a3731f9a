import pytest

from app.domain.plus_codes import decode


@pytest.mark.parametrize(
    ("code", "lat", "lng"),
    [
        ("8FVC2222+22", 47.0000625, 8.0000625),
        ("4VCPPQGP+Q9", -41.2730625, 174.7859375),
        ("9C3W9QCJ+2VX", 51.3701125, -1.217765625),
        ("8fvc2222+22", 47.0000625, 8.0000625),
        ("8FVC2222+", 47.00125, 8.00125),
    ],
)
def test_a_full_code_names_the_middle_of_its_square(code: str, lat: float, lng: float) -> None:
    assert decode(code) == pytest.approx((lat, lng), abs=1e-9)


@pytest.mark.parametrize("short", ["9QCJ+2VX", "3W9QCJ+2VX"])
@pytest.mark.parametrize("near", [(51.3701125, -1.217765625), (51.86, -0.75), (50.9, -1.7)])
def test_a_short_code_means_its_nearest_match(short: str, near: tuple[float, float]) -> None:
    assert decode(short, near) == pytest.approx((51.3701125, -1.217765625), abs=1e-9)


def test_a_short_code_alone_names_nothing() -> None:
    assert decode("9QCJ+2VX") is None


@pytest.mark.parametrize(
    "code",
    ["", "+", "8FVC2222", "8FVC2222+2", "8FVC0000+", "8FVA2222+22", "X2222222+22", "2X222222+22", "9QCJ+", "QCJ+2V"],
)
def test_what_is_no_plus_code_is_refused(code: str) -> None:
    assert decode(code, (51.0, -1.0)) is None
