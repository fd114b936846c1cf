"""What can be seen of Russian requisites to be wrong: lengths, forms, check digits. Each function answers a message or `""`.

Sources: INN and KPP: order of the Federal Tax Service of 29.06.2012 № ММВ-7-6/435@. OGRN and OGRNIP: order of the Ministry
of Finance of 30.10.2017 № 165н, rules of keeping the registers. BIK: directory of the Bank of Russia (Regulation of
24.09.2020 № 732-П). Keys of accounts: Bank of Russia, order of calculation of 08.09.1997 № 515; the numbers themselves:
Regulation of 24.11.2022 № 809-П.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from stdnum.ru import inn as stdnum_inn

#: Accounts of the Bank of Russia's own clients: there the key is taken with the branch of the BIK.
_OF_THE_BANK_OF_RUSSIA = re.compile(r"301|302|40102")
#: Treasury accounts carry no key of this kind.
_TREASURY = re.compile(r"03")
_DIGITS = re.compile(r"[0-9]+")


def _length(number: str, *lengths: int) -> str:
    if not _DIGITS.fullmatch(number):
        return _("Only digits belong here.")
    if len(number) not in lengths:
        return _("%(wanted)s digits are needed, here are %(found)s.") % {
            "wanted": _(" or ").join(map(str, lengths)),
            "found": len(number),
        }
    return ""


def inn(number: str, *lengths: int) -> str:
    """A taxpayer's number: 10 digits of an organisation, 12 of a person; one or two check digits, weighted sums mod 11."""
    if not number:
        return ""
    if problem := _length(number, *(lengths or (10, 12))):
        return problem
    return "" if stdnum_inn.is_valid(number) else _wrong_digit()


def kpp(number: str) -> str:
    """The reason of a registration: office of the tax service, reason (may have letters), ordinal; no check digit."""
    if not number or re.fullmatch(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", number):
        return ""
    return _("A KPP has nine characters, for example 770401001.")


def ogrn(number: str, *lengths: int) -> str:
    """A state registration number: 13 digits of an organisation, 15 of an entrepreneur.

    The last digit is the last digit of the remainder of the number before it, by 11 or by 13. (python-stdnum 2.2 takes
    no last digit of the second remainder and so refuses every fourth right number of an entrepreneur.)
    """
    if not number:
        return ""
    if problem := _length(number, *(lengths or (13, 15))):
        return problem
    divisor = 11 if len(number) == 13 else 13
    if number[0] not in ("15" if len(number) == 13 else "3"):
        return _("A number of this kind does not begin with %(digit)s.") % {"digit": number[0]}
    return "" if int(number[:-1]) % divisor % 10 == int(number[-1]) else _wrong_digit()


def bik(number: str) -> str:
    """The code of a bank in Russia: nine digits; 04 is the country, 00 to 03 are the Treasury and the Bank of Russia."""
    if not number:
        return ""
    if problem := _length(number, 9):
        return problem
    return "" if re.match(r"0[0-4]", number) else _("A BIK begins with 04.")


def account(number: str, of_bank: str) -> str:
    """A settlement account of 20 digits; with the BIK its ninth digit, the key, is checked too."""
    if not number:
        return ""
    if problem := _length(number, 20):
        return problem
    if bik(of_bank) or not of_bank or _TREASURY.match(number):
        return ""
    # Banks are numbered from 050; below stand the branches of the Bank of Russia.
    branch = int(of_bank[6:]) < 50 or _OF_THE_BANK_OF_RUSSIA.match(number)
    return _key(number, f"0{of_bank[4:6]}" if branch else of_bank[6:])


def correspondent(number: str, of_bank: str) -> str:
    """A bank's account at the Bank of Russia: begins with 301 (a treasury one with 40102), ends as the BIK does."""
    if not number:
        return ""
    if problem := _length(number, 20):
        return problem
    if not _OF_THE_BANK_OF_RUSSIA.match(number):
        return _("A correspondent account begins with 301.")
    if bik(of_bank) or not of_bank:
        return ""
    if number.startswith("301") and number[-3:] != of_bank[6:]:
        return _("A correspondent account ends with the last three digits of the BIK.")
    return _key(number, f"0{of_bank[4:6]}")


def _key(number: str, three: str) -> str:
    """The 23 digits (three of the bank, then the account), weighted 7, 1, 3, 7, 1, 3 …, must sum up to a round ten."""
    total = sum(int(digit) * (7, 1, 3)[place % 3] for place, digit in enumerate(three + number))
    return "" if total % 10 == 0 else _("The account does not fit the BIK: a digit of one of them is wrong.")


def _wrong_digit() -> str:
    return _("The check digit is wrong: look for a typing mistake.")
