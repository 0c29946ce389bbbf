package blob

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	endpoint := fakeS3(t, "files")
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		location string
		fault    string // "" when it opens
	}{
		{filepath.Join(dir, "new"), ""},
		{"file://" + dir, ""},
		{"s3://files?endpoint=" + endpoint, ""},
		{"s3://files/a/b/?region=eu-central-1&endpoint=" + endpoint, ""},
		{"", "no place is named"},
		{file, "is not a directory"},
		{"file://relative/dir", "absolute path"},
		{"file:///dir?sync=off", "absolute path"},
		{"gs://files", `"gs://" is not offered`},
		{"s3://", "names no bucket"},
		{"s3://files", "names no region"},
		{"s3://key:geheim@files?region=x", "credentials do not belong"},
		{"s3://files:9000?region=x", "has no port"},
		{"s3://files?regoin=x", `the parameter "regoin"`},
		{"s3://files?region=x&region=y", `"region" once`},
		{"s3://files?region=", `"region" once`},
		{"s3://files?region=x#frag", "after #"},
		{"s3://files?region=x&endpoint=minio:9000", "http:// or https://"},
		{"s3://files?region=x&endpoint=http://minio/path", "http:// or https://"},
		{"s3://files?region=x;y", "cannot be read"},
		{"s3://%zz?region=x", "cannot be read"},
		{"s3://absent?endpoint=" + endpoint, `no bucket "absent"`},
		{"s3://files?endpoint=http://127.0.0.1:1", "cannot be reached"},
	}
	for _, test := range tests {
		t.Run(test.location, func(t *testing.T) {
			s, err := Open(t.Context(), test.location)
			if test.fault == "" {
				if err != nil {
					t.Fatal(err)
				}
				blob := put(t, s, "m", "x")
				if read(t, s, "m", blob.SHA256) != "x" {
					t.Error("other bytes came back")
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.fault) {
				t.Fatalf("got %v, want …%s…", err, test.fault)
			}
			if strings.Contains(err.Error(), "geheim") {
				t.Errorf("a secret is in the message: %v", err)
			}
		})
	}
}

func TestPrefixesShareNothing(t *testing.T) {
	endpoint := fakeS3(t, "files")
	a, err := Open(t.Context(), "s3://files/a?endpoint="+endpoint)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := Open(t.Context(), "s3://files?endpoint="+endpoint)
	if err != nil {
		t.Fatal(err)
	}
	blob := put(t, a, "m", "x")
	if got := list(t, whole); len(got) != 0 {
		t.Errorf("the bucket's root lists %v of a prefix", got)
	}
	if got := list(t, a); len(got) != 1 || got[0] != "m/"+blob.SHA256 {
		t.Errorf("the prefix lists %v", got)
	}
}
