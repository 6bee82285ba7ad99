package read

import "time"

// Summary says what was read.
type Summary struct {
	Files []File
	Zone  *time.Location // that was taken from other files for times without one; nil when there was no need, or no such file
}

// File is what was read of one source.
type File struct {
	Name    string
	Format  string // the name of the format that most lines have; empty when none was recognised
	Bytes   int64  // after decompression
	Lines   int64  // that are not empty
	Read    int64  // that were given to the workers
	Outside int64  // that were read, and lie before Since or behind Until
	Skipped []Skip
	Doubts  []Skip  // lines that were read and may be wrong: a clock that goes back, an hour that came twice
	Other   []Share // lines of other formats than Format
	Broken  error   // the source ended before its end: a truncated gz file, a disk that cannot be read

	First, Last time.Time

	ended int64 // line breaks that were read
}

// Share is how many lines are of a format.
type Share struct {
	Format string
	Count  int64
}

// Skip counts lines of one kind that were left out, or are in doubt.
type Skip struct {
	Why   string
	Count int64
	First int64 // number of the first such line
}

func newSummary(sources []Source) *Summary {
	s := &Summary{Files: make([]File, len(sources))}
	for i := range sources {
		s.Files[i].Name = sources[i].Name
	}
	return s
}

func (f *File) skip(why string, first, count int64)  { note(&f.Skipped, why, first, count) }
func (f *File) doubt(why string, first, count int64) { note(&f.Doubts, why, first, count) }

func note(list *[]Skip, why string, first, count int64) {
	for i := range *list {
		if s := &(*list)[i]; s.Why == why {
			s.Count += count
			s.First = min(s.First, first)
			return
		}
	}
	*list = append(*list, Skip{why, count, first})
}

func (f *File) other(format string, count int64) {
	for i := range f.Other {
		if f.Other[i].Format == format {
			f.Other[i].Count += count
			return
		}
	}
	f.Other = append(f.Other, Share{format, count})
}

// add joins what one worker read.
func (s *Summary) add(files []File) {
	for i := range files {
		from, to := &files[i], &s.Files[i]
		to.Bytes += from.Bytes
		to.Lines += from.Lines
		to.Read += from.Read
		to.Outside += from.Outside
		for _, k := range from.Skipped {
			to.skip(k.Why, k.First, k.Count)
		}
		for _, k := range from.Doubts {
			to.doubt(k.Why, k.First, k.Count)
		}
		for _, k := range from.Other {
			to.other(k.Format, k.Count)
		}
		if !from.First.IsZero() && (to.First.IsZero() || from.First.Before(to.First)) {
			to.First = from.First
		}
		if from.Last.After(to.Last) {
			to.Last = from.Last
		}
	}
}
