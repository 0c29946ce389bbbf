package storetest

// ErrNoPostgres says that Durable found no PostgreSQL to start.
var ErrNoPostgres = errMissing

// Durable starts a private server that flushes to disk as one in production does, and gives the URL of an empty
// database: for measuring, outside of tests. stop ends it and removes its files.
func Durable() (databaseURL string, stop func(), err error) {
	c := &cluster{durable: true}
	if err := c.launch(); err != nil {
		c.stop()
		return "", nil, err
	}
	return c.admin, c.stop, nil
}
