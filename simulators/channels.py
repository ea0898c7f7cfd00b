"""The seven channels by which convictions abroad arrive, how much comes by each, and from where."""

from random import Random

from contracts.codes import Channel
from simulators.chance import weighted

# Shares are synthetic; only the order of magnitude of the whole (about 16,000 notifications a year) is known.
SHARES = {
    Channel.UK_CRIS: 80.0,
    Channel.INTERPOL: 8.0,
    Channel.USA: 4.5,
    Channel.NORWAY: 2.5,
    Channel.SWITZERLAND: 2.5,
    Channel.CARIBBEAN_TERRITORIES: 1.5,
    Channel.BERMUDA: 1.0,
}

COUNTRIES = {
    Channel.UK_CRIS: ("AT", "BE", "BG", "CY", "DE", "DK", "ES", "FR", "GR", "HU", "IE", "IT", "LT", "NL", "PL", "PT", "RO", "SE"),
    Channel.INTERPOL: ("AU", "CA", "ID", "IN", "KE", "KH", "NZ", "PH", "TH", "ZA"),
    Channel.USA: ("US",),
    Channel.NORWAY: ("NO",),
    Channel.SWITZERLAND: ("CH",),
    Channel.CARIBBEAN_TERRITORIES: ("AI", "KY", "MS", "TC", "VG"),
    Channel.BERMUDA: ("BM",),
}


def some_channel(draws: Random) -> Channel:
    return weighted(draws, SHARES)


def some_country(draws: Random, channel: Channel) -> str:
    """ISO 3166-1 alpha-2 of a state that notifies by this channel."""
    return draws.choice(COUNTRIES[channel])
