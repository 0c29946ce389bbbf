package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dunwell/dunwell/internal/store"
)

// Environment variables.
const (
	envURL     = "DUNWELL_TEST_DATABASE_URL"
	envRequire = "DUNWELL_REQUIRE_POSTGRES"
)

// cluster is the PostgreSQL server of this test process: one, started when the first test asks for it.
type cluster struct {
	admin    string // URL of its database postgres
	template string // name of a migrated database that tests get copies of

	durable bool          // it flushes to disk
	process *exec.Cmd     // nil when it is somebody else's server
	done    chan struct{} // closed when process has ended
	dir     string
	log     *os.File
}

var (
	startOnce sync.Once
	started   *cluster
	startErr  error
)

// errMissing says that there is nothing to start.
var errMissing = errors.New("no PostgreSQL: neither " + envURL + " is set, nor are initdb and postgres found through pg_config --bindir, PATH or /usr/lib/postgresql/*/bin")

// Main runs a package's tests and stops the server afterwards. Call it from TestMain: os.Exit(storetest.Main(m)).
// Without it the server stops as well, when the process ends; it only leaves a temporary directory behind.
func Main(m *testing.M) int {
	defer stop()
	return m.Run()
}

func stop() {
	startOnce.Do(func() { startErr = errors.New("the tests are over") })
	if started != nil {
		started.stop()
	}
}

// server is the cluster of this process; a test that cannot have it ends here.
func server(t testing.TB) *cluster {
	t.Helper()
	startOnce.Do(func() { started, startErr = start() })
	if errors.Is(startErr, errMissing) && os.Getenv(envRequire) != "1" {
		t.Skipf("SKIPPED, NOT TESTED ON POSTGRESQL: %v", startErr)
	}
	if startErr != nil {
		t.Fatal(startErr)
	}
	return started
}

// database makes a database, a copy of template or an empty one, that is gone after the test.
func (c *cluster) database(t testing.TB, template string) string {
	t.Helper()
	name := "dunwell_test_" + strings.ToLower(rand.Text())
	statement := "CREATE DATABASE " + name
	if template != "" {
		statement += " TEMPLATE " + template
	}
	if err := c.run(statement); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.run("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return databaseURL(c.admin, name)
}

func start() (*cluster, error) {
	c := &cluster{admin: os.Getenv(envURL)}
	if c.admin == "" {
		if err := c.launch(); err != nil {
			c.stop()
			return nil, err
		}
	}
	if err := c.makeTemplate(); err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

// launch makes and starts a private server on a socket in a temporary directory. It never flushes to disk, unless it
// is to be measured: nothing of it is to survive.
func (c *cluster) launch() error {
	bin, err := binaries()
	if err != nil {
		return err
	}
	if c.dir, err = os.MkdirTemp("", "dunwell-pg-"); err != nil { // short: a socket's path has at most 107 bytes
		return err
	}
	attributes, err := serverAttributes(c.dir)
	if err != nil {
		return err
	}
	data := filepath.Join(c.dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = attributes, c.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if c.log, err = os.Create(filepath.Join(c.dir, "log")); err != nil {
		return err
	}
	flush := "off"
	if c.durable {
		flush = "on"
	}
	c.process = exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", c.dir, "-c", "listen_addresses=", "-c", "fsync="+flush,
		"-c", "synchronous_commit="+flush, "-c", "full_page_writes="+flush, "-c", "max_connections=200", "-c", "shared_buffers=64MB")
	c.process.SysProcAttr, c.process.Dir = attributes, c.dir
	c.process.Stdout, c.process.Stderr = c.log, c.log
	c.done = make(chan struct{})
	if err := startBound(c.process, c.done); err != nil {
		close(c.done)
		c.process = nil
		return fmt.Errorf("postgres: %w", err)
	}
	c.admin = "postgres://postgres@/postgres?" + url.Values{"host": {c.dir}}.Encode()
	return c.wait()
}

// wait returns when the server answers.
func (c *cluster) wait() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, c.admin)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			log, _ := os.ReadFile(c.log.Name())
			return fmt.Errorf("postgres does not answer: %w\n%s", err, bytes.TrimSpace(log))
		}
	}
}

// makeTemplate migrates one database, so that a test's own is a copy, which takes a tenth of the time.
func (c *cluster) makeTemplate() error {
	c.template = "dunwell_template_" + strings.ToLower(rand.Text())
	if err := c.run("CREATE DATABASE " + c.template); err != nil {
		return err
	}
	ctx := context.Background()
	db, err := store.Open(ctx, databaseURL(c.admin, c.template), NewClock().Now)
	if err != nil {
		return err
	}
	return errors.Join(migrate(ctx, db), db.Close())
}

// run executes a statement on the server itself.
func (c *cluster) run(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.admin)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

func (c *cluster) stop() {
	if c.process != nil {
		_ = c.process.Process.Signal(os.Interrupt) // fast shutdown
		_ = c.process.Wait()
		close(c.done)
	} else if c.template != "" {
		_ = c.run("DROP DATABASE IF EXISTS " + c.template)
	}
	if c.dir != "" {
		if c.log != nil {
			_ = c.log.Close()
		}
		_ = os.RemoveAll(c.dir)
	}
}

// databaseURL is the URL of another database of the same server.
func databaseURL(admin, name string) string {
	u, err := url.Parse(admin)
	if err != nil {
		return admin // connecting says what is wrong with it
	}
	u.Path = "/" + name
	return u.String()
}

// binaries finds the directory of a server's programs. Debian keeps them out of PATH, one directory per version.
func binaries() (string, error) {
	var dirs []string
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	versions, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Reverse(versions) // newest first
	for _, dir := range append(dirs, versions...) {
		if executable(filepath.Join(dir, "initdb")) && executable(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", errMissing
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&0o111 != 0 && !info.IsDir()
}
