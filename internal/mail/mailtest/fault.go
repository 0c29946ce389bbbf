package mailtest

// Stage is a step of a mail's way, in their order.
type Stage string

const (
	Greeting Stage = "greeting"
	Hello    Stage = "EHLO"
	StartTLS Stage = "STARTTLS"
	Auth     Stage = "AUTH"
	Mail     Stage = "MAIL"
	Rcpt     Stage = "RCPT"
	Data     Stage = "DATA"
	Content  Stage = "content" // after its first line
	End      Stage = "final dot"
)

// Fault is what goes wrong at a stage. Without Reply and Drop, the server answers as it would, when Hold lets it.
type Fault struct {
	At    Stage
	Reply string          // said in place of the server's answer: 451 4.3.0 Not now
	Drop  bool            // the connection is cut, after Reply if there is one
	Keep  bool            // End: the message is kept whatever is said
	Hold  <-chan struct{} // nothing is said or cut before it is closed
	Times int             // how often; 0: until Heal
}

// answers tells whether the fault takes the place of an answer.
func (f *Fault) answers() bool { return f != nil && (f.Reply != "" || f.Drop) }

// Fail adds faults. Of several at one stage, the first comes first.
func (s *Server) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		s.faults = append(s.faults, &f)
	}
}

// Heal takes all faults away.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// come notes that a client has come to a stage, and is the fault that awaits it there, or nil.
func (s *Server) come(stage Stage) (fault *Fault) {
	s.change(func() {
		s.reached[stage]++
		for i, f := range s.faults {
			if f.At != stage {
				continue
			}
			if f.Times--; f.Times == 0 {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			}
			fault = f
			return
		}
	})
	return fault
}

// hold waits until a fault may happen.
func (s *Server) hold(f *Fault) {
	if f == nil || f.Hold == nil {
		return
	}
	select {
	case <-f.Hold:
	case <-s.closed:
	}
}
