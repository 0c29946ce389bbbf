package blob

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
)

// Open gives the store that a setting names: a directory ("./data/files", "file:///var/lib/dunwell/files") or a bucket
// ("s3://bucket/optional/prefix?region=eu-central-1&endpoint=https://minio.example:9000"). The error is one sentence for the
// person who starts the server. A bucket must exist and be reachable; credentials come from the environment, as
// every S3 tool takes them.
func Open(ctx context.Context, location string) (Store, error) {
	scheme, rest, isURL := strings.Cut(location, "://")
	switch {
	case location == "":
		return nil, errors.New("blob storage: no place is named; give a directory or s3://bucket?region=…")
	case !isURL:
		return openDir(location)
	case scheme == "file":
		if !strings.HasPrefix(rest, "/") || strings.ContainsAny(rest, "?#") {
			return nil, fmt.Errorf("blob storage: %q must be file:// and an absolute path, nothing else", location)
		}
		return openDir(rest)
	case scheme == "s3":
		settings, err := parseS3(location)
		if err != nil {
			return nil, err
		}
		return openS3(ctx, settings)
	}
	return nil, fmt.Errorf("blob storage: %q is not offered; give a directory, file:// or s3://", scheme+"://")
}

func openDir(dir string) (Store, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("blob storage: %q is not a directory", dir)
	}
	return OpenLocal(dir)
}

// s3Settings is what an s3:// URL says.
type s3Settings struct {
	bucket   string
	prefix   string // "" or ends in a slash
	region   string // "" when the environment says
	endpoint string // "" for Amazon's own
}

// parseS3 reads an s3:// URL. The URL itself is never quoted in an error: people put secrets into URLs.
func parseS3(location string) (s3Settings, error) {
	u, err := url.Parse(location)
	if err != nil {
		return s3Settings{}, errors.New("blob storage: the s3:// URL cannot be read; write s3://bucket?region=…&endpoint=…")
	}
	query, err := url.ParseQuery(u.RawQuery)
	switch {
	case err != nil:
		return s3Settings{}, errors.New("blob storage: the parameters of the s3:// URL cannot be read")
	case u.User != nil:
		return s3Settings{}, errors.New("blob storage: credentials do not belong into the s3:// URL; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	case u.Host == "":
		return s3Settings{}, errors.New("blob storage: the s3:// URL names no bucket")
	case u.Port() != "":
		return s3Settings{}, errors.New("blob storage: a bucket has no port; name the server with endpoint=https://host:port")
	case u.Fragment != "":
		return s3Settings{}, errors.New("blob storage: the s3:// URL has a part after #, which means nothing")
	}
	for name, values := range query {
		if !slices.Contains([]string{"region", "endpoint"}, name) {
			return s3Settings{}, fmt.Errorf("blob storage: the s3:// URL has the parameter %q; known are region and endpoint", name)
		}
		if len(values) != 1 || values[0] == "" {
			return s3Settings{}, fmt.Errorf("blob storage: the s3:// URL must give %q once and with a value", name)
		}
	}
	s := s3Settings{bucket: u.Host, region: query.Get("region"), endpoint: query.Get("endpoint")}
	if prefix := strings.Trim(u.Path, "/"); prefix != "" {
		s.prefix = prefix + "/"
	}
	return s, checkEndpoint(s.endpoint)
}

func checkEndpoint(endpoint string) error {
	if endpoint == "" {
		return nil
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("blob storage: the endpoint of the s3:// URL must be http:// or https://, a host and perhaps a port, nothing else")
	}
	return nil
}
