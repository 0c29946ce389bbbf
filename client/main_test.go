package client_test

import (
	"os"
	"testing"

	"github.com/dunwell/dunwell/internal/servertest"
)

func TestMain(m *testing.M) { os.Exit(servertest.Main(m, stopExampleServer)) }
