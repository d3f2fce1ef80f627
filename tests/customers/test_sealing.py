"""What is personal is sealed, found by its index, and opens with any of the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError

from apps.core.errors import FieldKeyMissing
from apps.core.sealing import is_current, seal, unseal
from apps.customers.blind_index import index_of, indexes_of
from apps.customers.models import Customer
from apps.customers.types import ContactKind

if TYPE_CHECKING:
    from pytest_django import Settings

NEW, OTHER = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_sealed_text_opens_and_is_another_token_each_time() -> None:
    assert unseal(seal("Ada")) == "Ada"
    assert seal("Ada") != seal("Ada")
    assert (seal(""), unseal("")) == ("", "")


def test_each_key_opens_and_the_first_one_seals(settings: Settings) -> None:
    old, settings.FIELD_KEYS = seal("Ada"), [NEW, *settings.FIELD_KEYS]
    assert unseal(old) == "Ada"
    assert not is_current(old)
    assert is_current(seal("Ada"))


def test_a_key_that_is_missing_is_said_and_shows_nothing(settings: Settings) -> None:
    token, settings.FIELD_KEYS = seal("Ada"), [OTHER]
    with pytest.raises(FieldKeyMissing) as refusal:
        unseal(token)
    assert token not in refusal.value.detail


def test_an_index_is_the_same_for_the_same_and_tells_phones_from_emails() -> None:
    phone = index_of(ContactKind.PHONE, "+15615550142")
    assert phone == index_of(ContactKind.PHONE, "+15615550142")
    assert len({phone, index_of(ContactKind.EMAIL, "+15615550142")}) == 2
    assert index_of(ContactKind.PHONE, "") == ""


def test_an_index_tells_nothing_without_the_key(settings: Settings) -> None:
    mine = index_of(ContactKind.PHONE, "+15615550142")
    settings.FIELD_KEYS = [OTHER]
    assert index_of(ContactKind.PHONE, "+15615550142") != mine


def test_what_an_older_key_indexed_is_among_the_indexes(settings: Settings) -> None:
    old = index_of(ContactKind.EMAIL, "a@example.com")
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    assert old in indexes_of(ContactKind.EMAIL, "a@example.com")
    assert index_of(ContactKind.EMAIL, "a@example.com") != old


@pytest.mark.parametrize("lookup", [{"name__contains": "A"}, {"name__in": ["Ada"]}])
def test_a_sealed_field_cannot_be_searched(lookup: dict[str, Any]) -> None:
    with pytest.raises(FieldError):
        Customer.objects.filter(**lookup)


def test_a_sealed_field_is_equal_to_nothing_but_nothing() -> None:
    with pytest.raises(TypeError):
        str(Customer.objects.filter(name="Ada").query)
