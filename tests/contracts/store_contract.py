"""What every store keeps, whatever its engine. A subclass says how one is opened, and nothing else."""

from tests.contracts.store_alerts import AlertContract
from tests.contracts.store_reanalysis import ReanalysisContract
from tests.contracts.store_seen_again import SeenAgainContract
from tests.contracts.store_terms import TermsContract
from tests.contracts.store_time import TimeContract
from tests.contracts.store_visits import VisitContract


class StoreContract(VisitContract, SeenAgainContract, TimeContract, TermsContract, ReanalysisContract, AlertContract):
    """All of it."""
