"""Refusals at the door: tokens, pairing, PINs, permissions."""

from __future__ import annotations

from apps.core.errors import DomainError, Kind


class TokenRequired(DomainError):
    code = "token-required"
    title = "This call needs a token"
    kind = Kind.UNAUTHENTICATED


class TokenInvalid(DomainError):
    code = "token-invalid"
    title = "The token is unknown, expired or revoked"
    kind = Kind.UNAUTHENTICATED


class PermissionMissing(DomainError):
    code = "permission-denied"
    title = "The caller may not do that"
    kind = Kind.FORBIDDEN


class ApprovalRequired(DomainError):
    code = "approval-required"
    title = "Somebody with more permission must approve"
    kind = Kind.FORBIDDEN


class ApprovalInvalid(DomainError):
    code = "approval-invalid"
    title = "The approval does not hold for this"
    kind = Kind.FORBIDDEN


class ApprovalBeyondLimit(DomainError):
    code = "approval-beyond-limit"
    title = "This person may not approve that much"
    kind = Kind.FORBIDDEN


class ApprovalUnknown(DomainError):
    code = "approval-unknown"
    title = "There is no such request for approval"
    kind = Kind.NOT_FOUND


class ApprovalDecided(DomainError):
    code = "approval-decided"
    title = "The request was decided, or is too old"
    kind = Kind.CONFLICT


class PairingCodeInvalid(DomainError):
    code = "pairing-code-invalid"
    title = "The pairing code is wrong, used or older than 15 minutes"


class StoreUnknown(DomainError):
    code = "store-unknown"
    title = "There is no such store"
    kind = Kind.NOT_FOUND


class TerminalUnknown(DomainError):
    code = "terminal-unknown"
    title = "There is no such terminal"
    kind = Kind.NOT_FOUND


class ServiceTokenUnknown(DomainError):
    code = "service-token-unknown"
    title = "There is no such service token"
    kind = Kind.NOT_FOUND


class ServiceTokenIncomplete(DomainError):
    code = "service-token-incomplete"
    title = "The service token lacks something, or says it wrongly"


class ServiceTokenNameTaken(DomainError):
    code = "service-token-name-taken"
    title = "A service token of that name is there already"
    kind = Kind.CONFLICT


class PinWrong(DomainError):
    code = "pin-wrong"
    title = "Staff code or PIN is wrong"
    kind = Kind.UNAUTHENTICATED


class PinLocked(DomainError):
    code = "pin-locked"
    title = "Too many wrong PINs"
    kind = Kind.LIMITED


class PinTooSimple(DomainError):
    code = "pin-too-simple"
    title = "The PIN is too easy to guess"


class TooManyAttempts(DomainError):
    code = "too-many-attempts"
    title = "Too many attempts"
    kind = Kind.LIMITED


class StoreNotReady(DomainError):
    code = "store-not-ready"
    title = "The store cannot sell yet"
