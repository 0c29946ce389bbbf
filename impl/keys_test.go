package impl_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/dunwell/dunwell/internal/app"
)

func TestPermissions(t *testing.T) {
	each(t, func(w *world) {
		w.customer()
		w.draft("RE1")
		w.key(acme, app.NewKey{Username: "none", Password: password})
		before := w.everything()
		needed := map[string]bool{}
		for _, o := range operations() {
			permission, _ := o.Extensions["x-permission"].(string)
			if permission == "" {
				t.Errorf("%s needs no permission", o.OperationID)
			}
			needed[permission] = true
			e := w.do(o.call(inPath).as("none")).refused(http.StatusForbidden, "ERR_FORBIDDEN")
			if len(e.hints()) != 1 || !strings.Contains(e.Details[0].Error, permission) {
				w.Errorf("%s: %+v", o.OperationID, e)
			}
		}
		w.unchanged(before)
		for _, permission := range app.Permissions {
			if !needed[permission] {
				t.Errorf("no operation needs %s", permission)
			}
			delete(needed, permission)
			name := strings.ReplaceAll(permission, ":", "-")
			w.key(acme, app.NewKey{Username: name, Password: password, Permissions: []string{permission}})
			for _, o := range operations() {
				if a := w.do(o.call(inPath).as(name)); (a.status == http.StatusForbidden) == (o.Extensions["x-permission"] == permission) {
					w.Errorf("%s with %s: %d %s", o.OperationID, permission, a.status, a.body)
				}
			}
		}
		if len(needed) != 0 {
			t.Errorf("nobody can be given %v", needed)
		}
	})
}

func TestNetworks(t *testing.T) {
	each(t, func(w *world) {
		w.key(acme, app.NewKey{Username: "here", Password: password, Permissions: []string{"*"}, Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8")}})
		w.key(acme, app.NewKey{Username: "there", Password: password, Permissions: []string{"*"}, Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
		w.do(get("/identities").as("here")).is(http.StatusOK)
		if e := w.do(get("/identities").as("there")).refused(http.StatusForbidden, "ERR_FORBIDDEN"); len(e.hints()) != 1 {
			w.Errorf("%+v", e)
		}
	})
}

// A revoked key works no longer than a second, in whichever process it was revoked.
func TestRevokedKey(t *testing.T) {
	each(t, func(w *world) {
		k := w.key(acme, app.NewKey{Username: "k", Password: password, Permissions: []string{"*"}})
		w.do(get("/identities").as("k")).is(http.StatusOK)
		w.no(w.App.RevokeKey(w.Context(), acme, k.ID))
		w.Elapsed.Advance(1e9)
		w.do(get("/identities").as("k")).refused(http.StatusUnauthorized, "ERR_UNAUTHORIZED")
		w.do(get("/identities")).is(http.StatusOK)
	})
}
