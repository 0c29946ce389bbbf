package serve

// Decode reads the JSON of a request into a generated type as a Handler does once it has validated it: by exact names,
// refusing duplicate names and what follows the value. It is for those who measure or test that step alone.
func Decode(data []byte, v any) error { return decode(data, v) }
