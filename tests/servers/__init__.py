"""Real servers for the tests: Kafka, Elasticsearch, OpenSearch and PostgreSQL, on loopback, data in temporary folders."""
