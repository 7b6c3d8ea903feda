"""The key that keeps the schools' tokens secret from whoever reads the database."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from store.errors import Trouble

WRONG = (
    "TOKEN_KEY is not a key as Heads Up makes them: 44 letters, digits, - and _, ending with =. "
    "Several, the newest first, are divided by commas."
)


class TokenKey:
    """The setting `TOKEN_KEY`: one key, or several with commas between.

    The first one encrypts and each of them decrypts, so that a key can be replaced by a newer one.
    """

    def __init__(self, setting: str) -> None:
        """Raises Trouble where the setting is no such key."""
        try:
            self._keys = MultiFernet([Fernet(key.strip()) for key in setting.split(",")])
        except ValueError as error:
            raise Trouble(WRONG) from error

    @staticmethod
    def new() -> str:
        """A new key, as it is written in the setting."""
        return Fernet.generate_key().decode()

    def encrypt(self, token: str, of: str) -> bytes:
        """The token as it is kept.

        `of`: whose it is, so that it cannot be put in the place of another.
        """
        return self._keys.encrypt(f"{of}\n{token}".encode())

    def decrypt(self, encrypted: bytes, of: str) -> str | None:
        """The token; None where no key opens it, or it is somebody else's."""
        try:
            whose, _, token = self._keys.decrypt(encrypted).decode().rpartition("\n")
        except InvalidToken:
            return None
        return token if whose == of else None
