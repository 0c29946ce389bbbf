package blob

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// S3 keeps blobs as objects of a bucket: <prefix><merchant>/<sha256>.
type S3 struct {
	client *s3.Client
	bucket string
	prefix string
	spool  string // where bytes wait for their hash; "" is the system's directory for temporary files
}

var _ Store = (*S3)(nil)

// startTimeout bounds the first request, which tells whether the settings are right.
const startTimeout = 15 * time.Second

// openS3 connects and makes sure that the bucket is there.
func openS3(ctx context.Context, settings s3Settings) (*S3, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("blob storage: the environment's settings for S3 cannot be read: %w", err)
	}
	switch {
	case settings.region != "":
		cfg.Region = settings.region
	case cfg.Region == "" && settings.endpoint != "":
		cfg.Region = "us-east-1" // other people's servers ask for one but do not care
	case cfg.Region == "":
		return nil, errors.New("blob storage: the s3:// URL names no region; add ?region=… or set AWS_REGION")
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		// We send and check SHA-256 ourselves; other checksums would only break older servers.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		if settings.endpoint != "" {
			o.BaseEndpoint = &settings.endpoint
			o.UsePathStyle = true
		}
	})
	if _, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &settings.bucket}); err != nil {
		return nil, fmt.Errorf("blob storage: %s: %w", bucketTrouble(settings.bucket, err), err)
	}
	return &S3{client: client, bucket: settings.bucket, prefix: settings.prefix}, nil
}

func bucketTrouble(bucket string, err error) string {
	switch status(err) {
	case http.StatusNotFound:
		return fmt.Sprintf("there is no bucket %q", bucket)
	case http.StatusForbidden, http.StatusUnauthorized:
		return fmt.Sprintf("the credentials do not open the bucket %q", bucket)
	case http.StatusMovedPermanently, http.StatusBadRequest:
		return fmt.Sprintf("the bucket %q is in another region", bucket)
	}
	return fmt.Sprintf("the bucket %q cannot be reached", bucket)
}

// Put spools the bytes to a local file, because their hash is their name, and uploads them. The service checks the hash
// too. Bytes that are there already are written again: it is the only way to give them a new date.
func (b *S3) Put(ctx context.Context, merchant string, r io.Reader, checks ...Check) (Blob, error) {
	if err := checkMerchant(merchant); err != nil {
		return Blob{}, err
	}
	s, err := newSpool(ctx, b.spool, r, checks)
	if err != nil {
		return Blob{}, err
	}
	defer s.discard()
	s.unlink()
	if err := s.rewind(); err != nil {
		return Blob{}, err
	}
	sum, err := hex.DecodeString(s.SHA256)
	if err != nil {
		return Blob{}, fmt.Errorf("blob: %w", err)
	}
	_, err = b.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket:         &b.bucket,
		Key:            aws.String(b.key(merchant, s.SHA256)),
		Body:           s.File,
		ContentLength:  &s.Size,
		ChecksumSHA256: aws.String(base64.StdEncoding.EncodeToString(sum)),
	})
	if err != nil {
		return Blob{}, fmt.Errorf("blob: %w", err)
	}
	return s.Blob, nil
}

// Open gives the bytes of an object, verified while they are read.
func (b *S3) Open(ctx context.Context, merchant, sha256 string) (io.ReadCloser, int64, error) {
	if err := checkKey(merchant, sha256); err != nil {
		return nil, 0, err
	}
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.bucket, Key: aws.String(b.key(merchant, sha256))})
	if status(err) == http.StatusNotFound {
		return nil, 0, ErrNotFound
	}
	if err != nil {
		return nil, 0, fmt.Errorf("blob: %w", err)
	}
	size := aws.ToInt64(out.ContentLength)
	return verify(out.Body, Blob{SHA256: sha256, Size: size}), size, nil
}

// Delete removes an object that was last put before the given moment.
func (b *S3) Delete(ctx context.Context, merchant, sha256 string, before time.Time) (bool, error) {
	if err := checkKey(merchant, sha256); err != nil {
		return false, err
	}
	key := aws.String(b.key(merchant, sha256))
	head, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.bucket, Key: key})
	if status(err) == http.StatusNotFound {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("blob: %w", err)
	}
	// Last-Modified is in whole seconds, rounded down: the object may be almost a second younger.
	if put := aws.ToTime(head.LastModified).Add(time.Second); !before.IsZero() && put.After(before) {
		return false, nil
	}
	if _, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.bucket, Key: key}); err != nil {
		return false, fmt.Errorf("blob: %w", err)
	}
	return true, nil
}

// List walks over the objects in the order of their keys. Objects that no Put has made are passed over.
func (b *S3) List(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.bucket, Prefix: &b.prefix})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(Object{}, fmt.Errorf("blob: %w", err))
				return
			}
			for _, item := range page.Contents {
				merchant, sha256, ok := b.parseKey(aws.ToString(item.Key))
				if !ok {
					continue
				}
				blob := Blob{SHA256: sha256, Size: aws.ToInt64(item.Size)}
				if !yield(Object{Blob: blob, Merchant: merchant, Put: aws.ToTime(item.LastModified)}, nil) {
					return
				}
			}
		}
	}
}

func (b *S3) key(merchant, sha256 string) string { return b.prefix + escape(merchant) + "/" + sha256 }

func (b *S3) parseKey(key string) (merchant, sha256 string, ok bool) {
	owner, sha256, found := strings.Cut(strings.TrimPrefix(key, b.prefix), "/")
	merchant, err := unescape(owner)
	return merchant, sha256, found && err == nil && isHash(sha256)
}

// status is the HTTP status an error of the SDK was made from, 0 when there was no answer.
func status(err error) int {
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}
