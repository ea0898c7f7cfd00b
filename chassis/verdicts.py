"""The written table of errors: which class is infrastructure, which is data, and why. The nearest class that is listed decides.

Infrastructure is whatever would meet another message just as well: our statements are constant, so what is wrong with a statement, a table,
a lock or a connection is no message's fault. Data is whatever this one message, or what our code makes of it, brought about.
"""

import asyncio

import asyncpg
from aiokafka import errors as kafka
from asyncpg import exceptions as postgres
from asyncpg.exceptions import _base as client

from chassis.not_yet import NotYetError

INFRASTRUCTURE: dict[type[BaseException], str] = {
    # PostgreSQL, by class of SQLSTATE (appendix A of its manual)
    asyncpg.PostgresConnectionError: "08: the connection; if it was lost at COMMIT, the stored place says whether that happened",
    asyncpg.FeatureNotSupportedError: "0A: the server is another one than our constant statements need, or a migration changed a plan",
    asyncpg.InvalidTransactionStateError: "25: read-only after a failover, or idle in a transaction for too long",
    asyncpg.InvalidSQLStatementNameError: "26: a prepared statement is gone, as behind a pooler of connections",
    asyncpg.InvalidAuthorizationSpecificationError: "28: credentials are being changed",
    asyncpg.InvalidCatalogNameError: "3D: the database is being restored",
    asyncpg.InvalidSchemaNameError: "3F: a migration did not run yet",
    asyncpg.TransactionRollbackError: "40: serialization, deadlock; also at COMMIT",
    asyncpg.SyntaxOrAccessError: "42: a table, column or grant is missing; a migration did not run yet",
    asyncpg.InsufficientResourcesError: "53: disk, memory, connections",
    asyncpg.ObjectNotInPrerequisiteStateError: "55: a lock, or an object in use",
    asyncpg.OperatorInterventionError: "57: shutdown, cancel, statement_timeout; one message may meet it each time, so tries are bounded",
    asyncpg.PostgresSystemError: "58: the server's files",
    postgres.SnapshotTooOldError: "72: the transaction took too long",
    postgres.ConfigFileError: "F0: the server's configuration",
    postgres.DataCorruptedError: "XX001: the server's disk",
    postgres.IndexCorruptedError: "XX002: the server's disk",
    # asyncpg itself
    asyncpg.InterfaceError: "a connection or pool that is closing, busy or of another version",
    asyncpg.InternalClientError: "asyncpg lost its way in the protocol, or knows an old form of a type",
    # Kafka
    kafka.KafkaError: "the broker or the way there; no handler speaks to it, so it is no message's fault",
    kafka.ConsumerStoppedError: "the service is stopping",
    kafka.IllegalOperation: "a partition was taken away in between",
    # the machine
    OSError: "the network, a file, a certificate",
    TimeoutError: "no answer in time, from a pool or a statement",
    asyncio.IncompleteReadError: "an answer cut short",
    # ourselves
    NotYetError: "what a telling builds on is still being recalled; it is taken up again, and must not be set aside for that",
}

DATA: dict[type[BaseException], str] = {
    # PostgreSQL
    asyncpg.PostgresError: "a class that is not known",
    asyncpg.SQLStatementNotYetCompleteError: "03: our own mistake",
    asyncpg.TriggeredActionError: "09: a rule of the tables",
    asyncpg.InvalidTransactionInitiationError: "0B: our own mistake",
    asyncpg.LocatorError: "0F: a large object; we have none",
    asyncpg.InvalidGrantorError: "0L: a grant; no service gives any",
    asyncpg.InvalidRoleSpecificationError: "0P: a role; no service names any",
    asyncpg.DiagnosticsError: "0Z: code in the database; we have none",
    postgres.InvalidArgumentForXqueryError: "10: a value",
    asyncpg.CaseNotFoundError: "20: a value for which a CASE has no arm",
    asyncpg.CardinalityViolationError: "21: more rows than a statement can bear, as two of one key in one upsert",
    asyncpg.DataError: "22: a value does not fit",
    asyncpg.IntegrityConstraintViolationError: "23: a rule of the tables; also at COMMIT, so no constraint of ours may be deferrable",
    asyncpg.InvalidCursorStateError: "24: our own mistake",
    asyncpg.InFailedSQLTransactionError: "25P02: a handler went on after an error that it caught",
    asyncpg.TriggeredDataChangeViolationError: "27: a rule of the tables",
    asyncpg.DependentPrivilegeDescriptorsStillExistError: "2B: a definition; no service makes any",
    asyncpg.InvalidTransactionTerminationError: "2D: our own mistake",
    asyncpg.SQLRoutineError: "2F: code in the database; we have none",
    asyncpg.InvalidCursorNameError: "34: our own mistake",
    asyncpg.ExternalRoutineError: "38: code in the database; we have none",
    asyncpg.ExternalRoutineInvocationError: "39: code in the database; we have none",
    asyncpg.SavepointError: "3B: our own mistake",
    asyncpg.TransactionIntegrityConstraintViolationError: "40002: a rule of the tables, looked at when it ends",
    asyncpg.WithCheckOptionViolationError: "44: a rule of the tables",
    asyncpg.ProgramLimitExceededError: "54: too large for an index or a statement",
    asyncpg.FDWError: "HV: a foreign table; we have none",
    asyncpg.PLPGSQLError: "P0: raised on purpose in the database",
    asyncpg.InternalServerError: "XX: the server stumbled over this; alone, it is known over which",
    # asyncpg itself
    client.DataError: "an argument that asyncpg refuses before it asks the server",
    # Python
    ValueError: "a value, and among them pydantic's complaints, text that is none, and a fact too large to be told",
    ArithmeticError: "a value",
    LookupError: "a value, or our own mistake",
    MemoryError: "one message too much for this process; alone, it is known which",
    Exception: "what is not known is data, and set aside alone",
}
