"""What others may test with: fakes of every shape, seeded lakes, suites, the judge."""
