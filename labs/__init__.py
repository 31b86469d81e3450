"""The laboratory. It knows samples by their blind code and never learns which hatchery it tests.

Its rooms, in the order a sample travels, last to first (a room imports only those below it):

    reports        authorised, signed reports, released under the blind code
    bench          runs, controls, results entered, reviewed by another person
    intake         consignments announced and received
    instruments    instrument files into frozen rows
    register       designated laboratories and what each may test
"""
