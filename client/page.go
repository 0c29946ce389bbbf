package client

// Page is a page of a list, as the server answered it.
type Page[T any] struct {
	Rows     []T               `json:"rows"`
	Page     int               `json:"page"`            // its number, from 1
	PageSize int               `json:"pageSize"`        // rows it has at most
	Query    map[string]string `json:"query"`           // the conditions that were applied, as they were sent
	HasMore  bool              `json:"hasMore"`         // whether rows follow
	Next     string            `json:"next,omitempty"`  // cursor behind the last row, for [After]; empty on the last page
	Total    *int64            `json:"total,omitempty"` // rows that match altogether; nil without [WithTotal]
}
