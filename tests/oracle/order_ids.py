"""Ids of orders under the keys of the tests (lib/settle_test.py): where closing times tie, they decide."""
import datetime
import hashlib
import hmac

MASK = (1 << 62) - 1


def carrier_key(carrier):
    """Of a database that a test made: SHA-256 of the carrier's code."""
    return hashlib.sha256(carrier.encode()).digest()


def key_id(carrier, upstream, line=''):
    message = b'o' + upstream.encode() + (b'\0' + line.encode() if line else b'')
    mac = hmac.new(carrier_key(carrier), message, hashlib.sha256).digest()
    return max(1, int.from_bytes(mac[:8], 'big') >> 2)


def order_id(carrier, upstream, closing_day, line=''):
    days = (closing_day.replace(day=1) - datetime.date(1900, 1, 1)).days
    return max(1, (key_id(carrier, upstream, line) + days * 5436284455931) & MASK)
