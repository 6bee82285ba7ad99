package tally

// Trait is one property of a request by which requests are told apart.
type Trait int

// The traits.
const (
	Client   Trait = iota // the address, that of a proxy's client where it is known
	User                  // the name in the log
	Host                  // the virtual host, or the frontend
	Method                //
	Route                 // the target with its changing parts taken out
	Status                //
	Upstream              // who answered behind the server
	Behind                // the status that the upstream gave, where it is logged
	Software              // the user agent with its version
	TLS                   //
	Cache                 //
	To                    // of a redirect: "login" when it leads to one
	Size                  // of a login page or a cached answer: its bytes
	Traits                // how many there are
)

// Names of the traits, as reports write them.
var Names = [Traits]string{"client", "user", "host", "method", "route", "status", "upstream", "upstream status", "user agent", "TLS", "cache", "redirect to", "size"}

// Group is a request's traits.
type Group [Traits]string

// Kind is all requests of one group.
type Kind struct {
	Group  Group
	Times  Series
	Places []Place
}

func (k *Kind) weighs() int { return len(k.Times) }

func (k *Kind) merge(o *Kind) {
	k.Times = k.Times.merge(o.Times)
	for _, p := range o.Places {
		k.Places = keepFirst(k.Places, p)
	}
}

// Mark is what one client was told at one URL within one minute, in which seconds.
type Mark struct {
	URL      uint64 // the client and the URL as a hash
	Minute   uint32
	Kind     uint64 // the row of Refused that was refused here, the largest when there are several
	Asked    uint64 // seconds of 401 or 407 to requests without a user
	Accepted uint64 // seconds of acceptance
	Named    uint64 // seconds of acceptance with a user
	Denied   uint64 // seconds of refusal with a user
}

func (m *Mark) merge(o *Mark) {
	m.Kind = max(m.Kind, o.Kind)
	m.Asked |= o.Asked
	m.Accepted |= o.Accepted
	m.Named |= o.Named
	m.Denied |= o.Denied
}

// Party is a client, or a user.
type Party struct {
	Accepted int64 // what most requests change stands together
	First    int64 // seconds of Unix time of the first acceptance, 0 when there was none
	Last     int64
	Refused  int64
	Missing  int64  // answered 404
	Routes   uint64 // routes of refusals and misses, hashed to bits: how many different ones, up to about 60
	Name     string
	IsUser   bool
	Scanner  bool // a user agent of a known scanner
}

func (p *Party) merge(o *Party) {
	if p.Name == "" {
		p.Name, p.IsUser = o.Name, o.IsUser
	}
	p.Accepted += o.Accepted
	p.Refused += o.Refused
	p.Missing += o.Missing
	if o.First != 0 && (p.First == 0 || o.First < p.First) {
		p.First = o.First
	}
	p.Last = max(p.Last, o.Last)
	p.Routes |= o.Routes
	p.Scanner = p.Scanner || o.Scanner
}

// Sample is accepted requests of one group within one second that are as good as the same.
type Sample struct {
	Group Group
	At    int64
	N     int64
}

func (s *Sample) merge(o *Sample) { s.N += o.N }

// Phrase is a sentence of an error log or an event, with its changing parts taken out, about one client and user.
type Phrase struct {
	Code, Level, Text string // Text: the sentence as a pattern
	Client, User      string
	Said              string // the sentence of its first line
	Event             bool
	Times             Series
	Places            []Place
}

func (p *Phrase) weighs() int { return len(p.Times) }

func (p *Phrase) merge(o *Phrase) {
	if len(o.Places) > 0 && (len(p.Places) == 0 || o.Places[0].before(p.Places[0])) {
		p.Said = o.Said
	}
	p.Times = p.Times.merge(o.Times)
	for _, at := range o.Places {
		p.Places = keepFirst(p.Places, at)
	}
}
