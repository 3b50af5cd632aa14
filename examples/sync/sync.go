package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// Wanted is what a file says of a portal. Settings that it leaves out are left alone, and so are the teams without a list
// of teams; a list is the whole list.
type Wanted struct {
	Portal   string         `json:"portal"`   // its name; it is created where there is none
	Settings map[string]any `json:"settings"` // in Konnect's words: display_name, rbac_enabled, …
	Teams    []Team         `json:"teams"`
}

// Team is a team and its members' e-mail addresses.
type Team struct {
	ID          string   `json:"id,omitempty"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Members     []string `json:"members,omitempty"`
}

type portal map[string]any

func (p portal) name() string { return fmt.Sprint(p["name"]) }

func (t Team) name() string { return t.Name }

type developer struct{ ID, Email, Status string }

func (d developer) email() string { return strings.ToLower(d.Email) }

// Sync makes a portal what is wanted.
type Sync struct {
	Konnect *Konnect
	Out     io.Writer // told of every change
	Dry     bool      // tell, and change nothing
	Changes int       // so far
}

// change tells what it is about to do, and does it. An answer of the status done says that it was so already.
func (s *Sync) change(ctx context.Context, what string, done int, c Call) error {
	s.Changes++
	if _, err := fmt.Fprintln(s.Out, what); err != nil || s.Dry {
		return err
	}
	if err := s.Konnect.Do(ctx, c); err != nil && !refused(err, done) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Run may be repeated at any time: after an error it goes on where it stopped.
func (s *Sync) Run(ctx context.Context, want Wanted) error {
	id, err := s.portal(ctx, want)
	if err != nil || want.Teams == nil {
		return err
	}
	path := "/portals/" + id
	people, teams := map[string]developer{}, map[string]Team{}
	if id != "" {
		if people, err = list(ctx, s.Konnect, path+"/developers", developer.email); err != nil {
			return err
		}
		if teams, err = list(ctx, s.Konnect, path+"/teams", Team.name); err != nil {
			return err
		}
	}
	kept := map[string]bool{}
	for _, t := range want.Teams {
		if kept[t.Name] {
			return fmt.Errorf("team %s is wanted twice", t.Name)
		}
		kept[t.Name] = true
		now := teams[t.Name]
		if t.ID, err = s.team(ctx, path+"/teams", now, t); err != nil {
			return err
		}
		if err := s.members(ctx, path, now, t, people); err != nil {
			return err
		}
	}
	maps.DeleteFunc(teams, func(name string, _ Team) bool { return kept[name] })
	for _, name := range slices.Sorted(maps.Keys(teams)) {
		if err := s.remove(ctx, "- team "+name, path+"/teams/"+teams[name].ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sync) remove(ctx context.Context, what, path string) error {
	return s.change(ctx, what, http.StatusNotFound, Call{Method: http.MethodDelete, Path: path})
}

// portal gives the id of the portal, "" where a dry run would have created it.
func (s *Sync) portal(ctx context.Context, want Wanted) (string, error) {
	find := func() (portal, error) {
		all, err := list(ctx, s.Konnect, "/portals", portal.name)
		return all[want.Portal], err
	}
	now, err := find()
	if err == nil && now == nil {
		body := map[string]any{"name": want.Portal}
		maps.Copy(body, want.Settings)
		err = s.change(ctx, "+ portal "+want.Portal, http.StatusConflict, Call{Method: http.MethodPost, Path: "/portals", In: body, Out: &now})
		if err == nil && now == nil && !s.Dry {
			// 409, names are unique: an attempt whose answer was lost has made it, or somebody else has.
			now, err = find()
		}
	}
	if err != nil || s.Dry && now == nil {
		return "", err
	}
	id, ok := now["id"].(string)
	if !ok {
		return "", fmt.Errorf("portal %s is not to be found, though its name is taken", want.Portal)
	}
	patch := maps.Clone(want.Settings)
	maps.DeleteFunc(patch, func(name string, value any) bool { return reflect.DeepEqual(now[name], value) })
	if len(patch) == 0 {
		return id, nil
	}
	what := "~ portal " + want.Portal + ": " + strings.Join(slices.Sorted(maps.Keys(patch)), ", ")
	return id, s.change(ctx, what, 0, Call{Method: http.MethodPatch, Path: "/portals/" + id, In: patch})
}

// team gives the id of a team, "" where a dry run would have created it.
func (s *Sync) team(ctx context.Context, path string, now, want Team) (string, error) {
	want.ID, want.Members = "", nil
	if now.ID != "" && now.Description != want.Description {
		return now.ID, s.change(ctx, "~ team "+want.Name+": description", 0, Call{Method: http.MethodPatch, Path: path + "/" + now.ID, In: want})
	}
	if now.ID != "" {
		return now.ID, nil
	}
	// Names of teams are not unique: asked for twice it would be there twice.
	there := func() (bool, error) {
		all, err := list(ctx, s.Konnect, path, Team.name)
		now = all[want.Name]
		return now.ID != "", err
	}
	err := s.change(ctx, "+ team "+want.Name, 0, Call{Method: http.MethodPost, Path: path, In: want, Out: &now, There: there})
	return now.ID, err
}

// members puts into a team who belongs there, and takes out who does not.
func (s *Sync) members(ctx context.Context, portal string, now, want Team, people map[string]developer) error {
	path := portal + "/teams/" + want.ID + "/developers"
	in := map[string]developer{}
	if now.ID != "" { // a new team is empty, and reads may lag behind the write that made it
		var err error
		if in, err = list(ctx, s.Konnect, path, developer.email); err != nil {
			return err
		}
	}
	kept := map[string]bool{}
	for _, email := range want.Members {
		if email = strings.ToLower(email); kept[email] {
			continue
		}
		kept[email] = true
		d, known := people[email]
		if !known {
			if _, err := fmt.Fprintf(s.Out, "  %s has not signed up yet\n", email); err != nil {
				return err
			}
			continue
		}
		if d.Status == "pending" {
			d.Status = "approved"
			approve := Call{Method: http.MethodPatch, Path: portal + "/developers/" + d.ID, In: map[string]string{"status": d.Status}}
			if err := s.change(ctx, "~ developer "+email+": approved", 0, approve); err != nil {
				return err
			}
			people[email] = d // who may be in several teams
		}
		if in[email].ID == "" {
			add := Call{Method: http.MethodPost, Path: path, In: map[string]string{"id": d.ID}}
			if err := s.change(ctx, "+ team "+want.Name+": "+email, http.StatusConflict, add); err != nil {
				return err
			}
		}
	}
	maps.DeleteFunc(in, func(email string, _ developer) bool { return kept[email] })
	for _, email := range slices.Sorted(maps.Keys(in)) {
		if err := s.remove(ctx, "- team "+want.Name+": "+email, path+"/"+in[email].ID); err != nil {
			return err
		}
	}
	return nil
}
