"""AquaCert: origin quarantine of aquatic seed stock, from declaration to a certificate.

The rooms, in the order a certificate travels. A room imports only the rooms below it in
this list (import-linter holds it, see pyproject.toml and docs/decisions/0001):

    app            composes every room into one Flask application
    cli            the console script `aquacert`
    demo           the demonstration story, on injected time
    supervision    statistics, anomalies, credit, exports: reads every room
    verification   what anyone may ask of a certificate: reads only
    movements      departure, checkpoints, arrival, tracing
    certificates   readiness, numbers, issuing, status, log, peers
    sampling       samples, seals, blind codes, dispatch; the annex that names the farm
    inspections    the official vet's check of every batch
    declarations   batches and loads, and what the office answers
    surveillance   disease events in, zones, what a zone blocks
    hatcheries     registration, licences, ponds, the stock ledger
    (labs)         the laboratory, a package of its own: never learns which hatchery it tests
    accounts       people, organisations, roles, sign-in, inbox
    reference      divisions, species, diseases, methods, dated rules
    http           the glue to Flask: gates, pages, forms, problems
    trust          keys, signatures and proofs
    kernel         clock, errors, database, one unit of work, one trail
"""

__version__ = "0.1.0"
