package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// profiles is the configuration file of the client: named servers with the credentials for each.
//
//	profile: work          # the one that is meant when none is named
//	profiles:
//	  work:
//	    url: https://invoices.example.com/api
//	    user: shop
//	    password: …
type profiles struct {
	Default  string             `yaml:"profile,omitempty"`
	Profiles map[string]profile `yaml:"profiles"`
}

// profile is a server and the credentials for it. They belong together: a password is never sent to another server.
type profile struct {
	URL      string `yaml:"url"`
	User     string `yaml:"user"`
	Password string `yaml:"password"`
}

// profilesPath is where the file is: $XDG_CONFIG_HOME/dunwell/config.yaml, by default below ~/.config, on Windows below %AppData%.
func profilesPath(env environment) (string, error) {
	dir := env.getenv("XDG_CONFIG_HOME")
	switch {
	case filepath.IsAbs(dir):
	case runtime.GOOS == "windows":
		dir = env.getenv("AppData")
	case env.getenv("HOME") != "":
		dir = filepath.Join(env.getenv("HOME"), ".config")
	}
	if dir == "" {
		return "", errors.New("there is no directory for the configuration file; set HOME or XDG_CONFIG_HOME")
	}
	return filepath.Join(dir, "dunwell", "config.yaml"), nil
}

// readProfiles reads the file; one that is not there has no profiles. A file that others can read or change is refused,
// as ssh refuses its keys then: it holds passwords.
func readProfiles(path string) (*profiles, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &profiles{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the configuration file cannot be read: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	if err := checkPrivate(file); err != nil {
		return nil, err
	}
	const maxBytes = 1 << 20
	text, err := io.ReadAll(io.LimitReader(file, maxBytes))
	if err != nil {
		return nil, fmt.Errorf("the configuration file cannot be read: %w", err)
	}
	return parseProfiles(path, text)
}

func checkPrivate(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("the permissions %#o of %s are too open for a file with passwords; do: chmod 600 %[2]s", info.Mode().Perm(), file.Name())
	}
	return nil
}

func parseProfiles(path string, text []byte) (*profiles, error) {
	var p profiles
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&p); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is not understood%s; a profile has url, user and password below profiles", path, lineOf(err))
	}
	return &p, nil
}

var yamlLine = regexp.MustCompile(`line [0-9]+`)

// lineOf is all that may be told of an error of the file: the rest can quote a password.
func lineOf(err error) string {
	if line := yamlLine.FindString(err.Error()); line != "" {
		return " in " + line
	}
	return ""
}

// pick gives the profile of that name, of the default one for an empty name.
func (p *profiles) pick(name, path string) (profile, error) {
	if name == "" {
		name = p.Default
	}
	names := slices.Sorted(maps.Keys(p.Profiles))
	if name == "" && len(names) == 1 {
		name = names[0]
	}
	chosen, found := p.Profiles[name]
	switch {
	case len(names) == 0 && name == "":
		return profile{}, usagef("no server is named; run dunwell login, or set DUNWELL_URL, DUNWELL_USER and DUNWELL_PASSWORD")
	case len(names) == 0:
		return profile{}, usagef("there is no profile %q, since there are none in %s; run dunwell login --profile %[1]s", name, path)
	case name == "":
		return profile{}, usagef("%s has several profiles; name one with --profile: %s", path, strings.Join(names, ", "))
	case !found:
		return profile{}, usagef("there is no profile %q in %s; there are: %s", name, path, strings.Join(names, ", "))
	case chosen.URL == "" || chosen.User == "" || chosen.Password == "":
		return profile{}, usagef("the profile %q in %s needs url, user and password", name, path)
	}
	return chosen, nil
}

// saveProfile writes a profile into the file, which only its owner can read. The file is replaced as a whole, so nobody ever
// sees half of it; comments of a person are kept.
func saveProfile(path, name string, p profile) error {
	existing, err := readProfiles(path)
	if err != nil {
		return err
	}
	var document yaml.Node
	if text, err := os.ReadFile(path); err == nil {
		if err := yaml.Unmarshal(text, &document); err != nil {
			return fmt.Errorf("%s is not understood%s", path, lineOf(err))
		}
	}
	if len(document.Content) == 0 {
		document = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	root := document.Content[0]
	if existing.Default == "" {
		setText(root, "profile", name)
	}
	entry := mappingAt(mappingAt(root, "profiles"), name)
	setText(entry, "url", p.URL)
	setText(entry, "user", p.User)
	setText(entry, "password", p.Password)
	text, err := yaml.Marshal(&document)
	if err != nil {
		return err
	}
	if err := replaceFile(path, text); err != nil {
		return fmt.Errorf("the configuration file cannot be written: %w", err)
	}
	return nil
}

// valueAt gives the value of a key, which it adds if it is not there.
func valueAt(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	value := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, value)
	return value
}

func setText(mapping *yaml.Node, key, text string) {
	value := valueAt(mapping, key)
	value.SetString(text)
}

func mappingAt(mapping *yaml.Node, key string) *yaml.Node {
	value := valueAt(mapping, key)
	if value.Kind != yaml.MappingNode {
		*value = yaml.Node{Kind: yaml.MappingNode}
	}
	return value
}

// replaceFile puts text in the place of the file, or of the one a symbolic link there leads to.
func replaceFile(path string, text []byte) (err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".config-*") // with permissions 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
