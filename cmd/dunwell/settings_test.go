package main

import (
	"context"
	"net"
	"reflect"
	"testing"

	"github.com/spf13/cobra"
)

func settingsOf(t *testing.T, environ []string, args ...string) (got *settings) {
	t.Helper()
	c := withSettings(environment{environ: environ}, &cobra.Command{Use: "x"}, func(_ context.Context, s *settings) error {
		got = s
		return nil
	})
	c.SetArgs(append([]string{}, args...))
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return got
}

// Every setting can be given by its flag and by its variable, with the same result; the flag wins; and it does something.
func TestSettings(t *testing.T) {
	values := map[string][2]string{ // one value, and another
		"addr": {"127.0.0.1:1", "127.0.0.1:2"}, "data": {"a", "b"}, "demo": {"true", "false"}, "sandbox": {"true", "false"},
		"database-url": {"postgres://a", "postgresql://b"}, "blob-url": {"s3://a", "file:///b"}, "smtp-url": {"smtp://a", "smtps://b"},
		"public-url": {"https://a", "http://b/path"}, "responses": {"log", "fail"}, "max-concurrent": {"1", "2"}, "max-file": {"1", "1073741824"},
		"mail-from": {"a@example.com", "b@example.com"}, "templates": {"a", "b"}, "collections": {"a", "b"}, "workers": {"0", "8"}, "allow-network": {"10.0.0.0/8", "10.0.0.1, fd00::/8"},
		"grace": {"1s", "2m"}, "trusted-proxies": {"10.0.0.0/8", "10.0.0.1, ::1"},
	}
	for _, o := range offered {
		one, other := values[o.flag][0], values[o.flag][1]
		byFlag := settingsOf(t, nil, "--demo=false", "--"+o.flag+"="+one)
		if byVariable := settingsOf(t, []string{o.env + "=" + one}); !reflect.DeepEqual(byFlag, byVariable) {
			t.Errorf("%s: by flag %+v, by variable %+v", o.flag, byFlag, byVariable)
		}
		if reflect.DeepEqual(byFlag, settingsOf(t, nil)) {
			t.Errorf("%s=%s changes nothing", o.flag, one)
		}
		if both := settingsOf(t, []string{o.env + "=" + other}, "--"+o.flag+"="+one); !reflect.DeepEqual(both, byFlag) {
			t.Errorf("%s: the flag does not win over the variable", o.flag)
		}
	}
}

func TestLocal(t *testing.T) {
	for addr, want := range map[string]string{"127.0.0.1:8080": "http://127.0.0.1:8080/api", "0.0.0.0:80": "http://localhost:80/api", "[::]:80": "http://localhost:80/api", "[::1]:80": "http://[::1]:80/api"} {
		tcp, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := local(tcp); got != want {
			t.Errorf("%s is reached at %s, want %s", addr, got, want)
		}
	}
	s := settings{PublicURL: "https://invoices.example/x/"}
	if got, want := s.public(&net.TCPAddr{}), "https://invoices.example/x/api"; got != want {
		t.Errorf("links begin with %s, want %s", got, want)
	}
}
