package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const someProfiles = `# mine
profiles:
  work: # the office
    url: https://invoices.example.com/api
    user: shop
    password: s3cret
  home: {url: "http://127.0.0.1:8080/api", user: demo, password: "p@55w0rd s3cret"}
`

// configured is an environment with a configuration file of that text and those permissions.
func configured(t *testing.T, text string, mode fs.FileMode) (environ []string, path string) {
	t.Helper()
	environ = []string{"XDG_CONFIG_HOME=" + t.TempDir()}
	path, err := profilesPath(environment{environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	mkdir(t, filepath.Dir(path))
	write(t, path, text)
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return environ, path
}

// The file holds passwords: others must not read it, nor put servers of theirs into it.
func TestProfilePermissions(t *testing.T) {
	for mode, refused := range map[fs.FileMode]bool{
		0o600: false, 0o400: false, 0o700: false,
		0o640: true, 0o604: true, 0o620: true, 0o602: true, 0o644: true, 0o666: true, 0o610: true,
	} {
		environ, path := configured(t, someProfiles, mode)
		n := connection{profile: "work"}
		_, err := n.credentials(environment{environ: environ})
		if (err != nil) != refused {
			t.Errorf("permissions %#o: %v", mode, err)
		}
		if refused && !strings.Contains(fmt.Sprint(err), "chmod 600 "+path) {
			t.Errorf("permissions %#o: the error has no hint: %v", mode, err)
		}
	}
}

// Which server is asked, and with what: never with the password of another one.
func TestCredentials(t *testing.T) {
	two, _ := configured(t, someProfiles, 0o600)
	one, _ := configured(t, "profiles: {only: {url: 'http://a', user: u, password: s3cret}}", 0o600)
	chosen, _ := configured(t, someProfiles+"profile: home\n", 0o600)
	unknown, _ := configured(t, someProfiles+"profile: gone\n", 0o600)
	none := []string{"HOME=" + t.TempDir()}
	all := []string{"DUNWELL_URL=http://env", "DUNWELL_USER=env", "DUNWELL_PASSWORD=s3cret"}
	cases := []struct {
		name    string
		environ []string
		profile string
		want    string // user@URL, or what the refusal says
	}{
		{"environment", all, "", "env@http://env"},
		{"environment and profiles", append(two, all...), "", "env@http://env"},
		{"the flag wins", append(two, all...), "work", "shop@https://invoices.example.com/api"},
		{"URL only", append(two, all[0]), "", "are needed together"},
		{"password only", append(two, all[2]), "", "are needed together"},
		{"the only one", one, "", "u@http://a"},
		{"the default", chosen, "", "demo@http://127.0.0.1:8080/api"},
		{"several", two, "", "name one with --profile: home, work"},
		{"by variable", append(two, "DUNWELL_PROFILE=home"), "", "demo@http://127.0.0.1:8080/api"},
		{"by variable, and by environment", append(append(two, "DUNWELL_PROFILE=home"), all...), "", "unset one or the others"},
		{"unknown", two, "moon", `there is no profile "moon"`},
		{"unknown default", unknown, "", `there is no profile "gone"`},
		{"nothing", none, "", "run dunwell login"},
		{"nothing of that name", none, "work", "run dunwell login --profile work"},
		{"no home", nil, "", "set HOME or XDG_CONFIG_HOME"},
		{"a spelling mistake", append(none, "DUNWELL_PASSWROD=s3cret"), "", "DUNWELL_PASSWROD is not known"},
	}
	for _, c := range cases {
		n := connection{profile: c.profile}
		p, err := n.credentials(environment{environ: c.environ})
		got := p.User + "@" + p.URL
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) || strings.Contains(got, "s3cret") {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// A file that is not understood is refused with the line, and never quoted.
func TestProfileErrors(t *testing.T) {
	for _, text := range []string{
		"profiles:\n  work:\n    url: http://a\n    passwort: s3cret\n", "profiles: s3cret\n", "profiles:\n  work: s3cret\n", "profiles:\n  work: [s3cret]\n",
		"profiles:\n  work:\n    password: 's3cret\n", "profiles:\n\twork: s3cret", "password: s3cret", "profiles:\n  work:\n    password: {s3cret: s3cret}\n", "- s3cret",
		"profiles:\n  work: {url: 'http://a', user: u}\n",
	} {
		environ, _ := configured(t, text, 0o600)
		n := connection{profile: "work"}
		if _, err := n.credentials(environment{environ: environ}); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Logging in keeps what a person wrote into the file, and nobody else can read it.
func TestLogin(t *testing.T) {
	server := serveDemo(t)
	base := environment{environ: server}.getenv(urlVariable)
	environ, path := configured(t, someProfiles, 0o600)
	status, out, text := callWith(t, environ, demoPassword+"\n", "login", "--url", base, "--user", "demo", "--profile", "new")
	if status != 0 || !strings.Contains(out, "demo is logged in at "+base) || strings.Contains(out+text, demoPassword) {
		t.Fatalf("exit status %d: %s%s", status, out, text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("permissions %v, %v", info.Mode(), err)
	}
	kept := read(t, path)
	for _, want := range []string{"# mine", "# the office", "s3cret", "profile: new", base} {
		if !strings.Contains(kept, want) {
			t.Errorf("the file lost %q:\n%s", want, kept)
		}
	}
	if status, out, text := call(t, environ, "invoices", "get", "RE12345"); status != 0 || !strings.Contains(out, "416.38 EUR") {
		t.Errorf("with the new profile: exit status %d: %s%s", status, out, text)
	}
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
		t.Errorf("files were left behind: %v", files)
	}

	fresh := []string{"HOME=" + t.TempDir()}
	if status, _, text := callWith(t, fresh, "wrong\n", "login", "--url", base, "--user", "demo"); status != 3 {
		t.Errorf("a wrong password: exit status %d: %s", status, text)
	}
	if status, _, text := callWith(t, fresh, "", "login", "--url", base, "--user", "demo"); status != 2 || !strings.Contains(text, "no password") {
		t.Errorf("no password: exit status %d: %s", status, text)
	}
	if path, _ := profilesPath(environment{environ: fresh}); exists(path) {
		t.Error("credentials that do not work were kept")
	}
	if status, _, text := callWith(t, fresh, demoPassword, "login", "--url", base, "--user", "demo"); status != 0 {
		t.Errorf("a password without a line's end: exit status %d: %s", status, text)
	}
	if status, _, text := call(t, fresh, "identities", "list", "--limit", "1"); status != 0 {
		t.Errorf("the first profile is not the default: exit status %d: %s", status, text)
	}
}

// A file that is a symbolic link stays one.
func TestLoginThroughLink(t *testing.T) {
	environ, path := configured(t, someProfiles, 0o600)
	elsewhere := filepath.Join(t.TempDir(), "dotfiles.yaml")
	if err := os.Rename(path, elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, path); err != nil {
		t.Fatal(err)
	}
	if err := saveProfile(path, "new", profile{"http://a", "u", "p"}); err != nil {
		t.Fatal(err)
	}
	if target, err := os.Readlink(path); err != nil || target != elsewhere || !strings.Contains(read(t, elsewhere), "new:") {
		t.Errorf("the link leads to %s, %v", target, err)
	}
	n := connection{profile: "new"}
	if p, err := n.credentials(environment{environ: environ}); err != nil || p != (profile{"http://a", "u", "p"}) {
		t.Errorf("%v, %v", p, err)
	}
}

// Only a URL that would carry the password in the clear is cautioned about.
func TestUnencrypted(t *testing.T) {
	for url, want := range map[string]bool{
		"https://a/api": false, "http://127.0.0.1:8080/api": false, "http://localhost/api": false, "http://[::1]:1/api": false,
		"http://invoices.example/api": true, "http://10.0.0.1/api": true,
	} {
		if got := unencrypted(url); got != want {
			t.Errorf("%s: %t", url, got)
		}
	}
}

// Each password is a line of standard input, blanks and all.
func TestReadPassword(t *testing.T) {
	var silent bytes.Buffer
	env := environment{in: strings.NewReader(" p@55w0rd \r\nanother"), err: &silent}
	for _, want := range []string{" p@55w0rd ", "another"} {
		if got, err := readPassword(env); got != want || err != nil || silent.Len() > 0 {
			t.Errorf("%q, %v, %s; want %q", got, err, &silent, want)
		}
	}
	if _, err := readPassword(env); err == nil {
		t.Error("there is a third password")
	}
}
