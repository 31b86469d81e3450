"""The laboratory. It knows samples by their blind code and never learns which hatchery it tests.

Its rooms, in the order a sample travels, last to first (a room imports only those below it):

    exchange       doors for a laboratory's own system
    reports        authorised, signed reports, released under the blind code
    review         results passed or sent back by another person, with a signature
    pools          pools of items, and what a pool says of its members
    quality        control charts
    plates         worksheets and plate maps
    bench          runs, controls, results entered
    intake         consignments announced and received
    turnaround     when a result is due
    custody        who held a sample, when, in an unbroken chain
    instruments    instrument files into frozen rows
    register       designated laboratories and what each may test
"""
