package app

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dunwell/dunwell/internal/ar"
	"github.com/dunwell/dunwell/internal/store"
)

// A signed link names one communication, the second it expires, and the merchant, since nothing else tells whose
// communication it is:
//
//	/v1/communication/{id}/file?expires=1735689600&signature={merchant}.{mac}
//
// The mac is HMAC-SHA256 under the merchant's own secret over all three.

// linkPath is the link to a communication's file, below the base path.
func linkPath(m *store.Merchant, communication string, expires time.Time) string {
	at := strconv.FormatInt(expires.Unix(), 10)
	query := url.Values{"expires": {at}, "signature": {m.ID + "." + linkMAC(m, communication, at)}}
	return "/v1/communication/" + url.PathEscape(communication) + "/file?" + query.Encode()
}

func linkMAC(m *store.Merchant, communication, expires string) string {
	mac := hmac.New(sha256.New, []byte(m.Secret))
	mac.Write([]byte("dunwell link v1\x00" + m.ID + "\x00" + communication + "\x00" + expires))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// FollowLink makes a caller of whoever has a signed link: one that may read this merchant's documents. The caller of
// FollowLink passes the communication of the request, so that the link opens no other.
func (a *App) FollowLink(ctx context.Context, communication, expires, signature string) (Caller, error) {
	id, mac, _ := strings.Cut(signature, ".")
	if !validMerchant(id) { // nor is it a text that every database takes
		return Caller{}, invalidLink()
	}
	var valid bool
	err := a.db.View(ctx, id, func(tx *store.Tx) error {
		m, err := tx.Merchant()
		if ar.KindOf(err) == ar.NotFound {
			m, err = &store.Merchant{ID: id}, nil // no secret: compared all the same, and refused
		}
		if err != nil {
			return err
		}
		same := hmac.Equal([]byte(mac), []byte(linkMAC(m, communication, expires)))
		at, err := strconv.ParseInt(expires, 10, 64)
		valid = same && m.Secret != "" && err == nil && tx.Now.Before(time.Unix(at, 0))
		return nil
	})
	if err != nil {
		return Caller{}, err
	}
	if !valid {
		return Caller{}, invalidLink()
	}
	return Caller{Merchant: id, Actor: "link", permissions: []string{"documents:read"}}, nil
}

func invalidLink() error {
	return &ar.Error{Kind: ar.Forbidden, Code: ar.CodeForbidden, Message: "The link is not valid",
		Details: []ar.Detail{{Error: "The link has expired or was changed.", Fields: []string{"signature"}, Hint: "Read the list of documents again for a new link."}}}
}
