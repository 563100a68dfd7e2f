/* keeps the target non-empty */
