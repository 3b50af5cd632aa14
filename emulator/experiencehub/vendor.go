// Package experiencehub emulates the management API of MuleSoft's API Experience Hub: connections and portals, user groups,
// members and prospects, and which Exchange assets a portal offers to whom.
package experiencehub

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/mulesoft"
)

// Name is this vendor's.
const Name = "experience-hub"

// Vendor is API Experience Hub, with the kinds and the rows that it shares with Exchange.
func Vendor() *api.Vendor {
	return &api.Vendor{
		Name:    Name,
		Title:   "MuleSoft API Experience Hub",
		Version: "1.0.0",
		Base:    "/api-experience-hub/api/v1",
		Shares:  []string{mulesoft.Schemas},

		Operations: append(operations(), mulesoft.Accounts()...),
		Resources: append(mulesoft.Kinds(),
			portals(), userGroups(), groupMappings(), portalUsers(), prospects(), portalAssets(),
		),
		Names: map[string]api.Ref{
			"connectionId":     {Kind: "mulesoft.connection"},
			"portalId":         {Kind: "experience-hub.portal", By: []string{"id", "target"}},
			"userGroupId":      {Kind: "experience-hub.user-group"},
			"targetUserId":     {Kind: "experience-hub.portal-user"},
			"userId":           {Kind: "experience-hub.portal-user"},
			"prospectId":       {Kind: "experience-hub.prospect"},
			"groupMappingName": {Kind: "experience-hub.group-mapping", By: []string{"pair"}, Join: 2},
			"assetId":          {Kind: "experience-hub.portal-asset", By: []string{"pair"}, Join: 2},
		},
		Dialect:     dialect,
		Formats:     formats,
		Credentials: mulesoft.Credentials(Name),
		Clients:     mulesoft.Clients,
		Runtimes:    mulesoft.Runtimes,
		Security:    `{"type":"http","scheme":"bearer","description":"Anypoint Platform token from Access Management."}`,
		Problem:     "ErrorResponseDTO",
	}
}

// The paths that all but the first two rows begin with.
const (
	inConnection = "/connections/{connectionId}"
	inPortal     = inConnection + "/apiPortals/{portalId}"
)

// operations are the documented rows. Summary, tag, status and errors come from the official list.
func operations() []api.Operation {
	rows := []api.Operation{
		{
			ID: "getAllApiPortalByConnectionId", Method: "GET", Path: inConnection + "/apiPortals",
			Needs: mulesoft.UsersApprover, Reply: "PortalList", Do: rest.List("experience-hub.portal"),
		},
		{
			ID: "addGroupMappingToUser", Method: "PUT", Path: inPortal + "/users/{targetUserId}/userGroups",
			Body: "UserGroupIds", Do: replaceGroups,
		},
		{
			ID: "getConnections", Method: "GET", Path: "/connections",
			Needs: mulesoft.UsersApprover, Reply: "ConnectionList", Do: listConnections,
		},
		{ID: "getAllProfilesByPortal", Method: "GET", Path: inPortal + "/userGroups", Reply: "ProfileList", Do: listGroups},
		{
			ID: "createUserGroup", Method: "POST", Path: inPortal + "/userGroups",
			Body: "UserGroupRequestDTO", Reply: "ProfileDTO", Do: createGroup,
		},
		{
			ID: "getGroupMappings", Method: "GET", Path: inPortal + "/userGroups/{userGroupId}/groupMappings",
			Reply: "TeamGroupMappingList", Do: rest.List("experience-hub.group-mapping"),
		},
		{
			ID: "addAdditionalGroupMapping", Method: "POST", Path: inPortal + "/userGroups/{userGroupId}/groupMappings",
			Body: "UserGroupAddGroupMappingDTO", Do: addMapping,
		},
		{
			ID: "addAssetsToCommunity", Method: "POST", Path: inPortal + "/assets",
			Body: "CommunityAssetGaCreateList", Reply: "CommunityAssetGaCreateList", Do: addAssets,
		},
		{
			ID: "searchCommunityAssets", Method: "POST", Path: inPortal + "/assets/search",
			Body: "CommunityAssetsSearchRequest", Reply: "CommunityAssetsSearchResult", List: paged, Do: searchPortal,
		},
		{
			ID: "searchExchangeAssets", Method: "POST", Path: inPortal + "/assets/search/exchange",
			Body: "ExchangeSearchRequest", Reply: "ExchangeAssetsSearchResult", List: paged, Do: searchExchange,
		},
		{
			ID: "removeAssetFromCommunity", Method: "POST", Path: inPortal + "/assets/remove",
			Body: "CommunityAssetGaRemoveList", Do: removeAssets,
		},
		{
			ID: "legacySearchExchangeAssets", Method: "POST", Path: inPortal + "/assets/exchange/search",
			Body: "ExchangeSearchRequest", Reply: "ExchangeAssetList", List: paged, Do: searchExchangeBare,
		},
		{
			ID: "enableCommunityUser", Method: "PATCH", Path: inPortal + "/users/{targetUserId}/enable",
			Needs: mulesoft.UsersApprover, Do: setActive(true),
		},
		{
			ID: "disableCommunityUser", Method: "PATCH", Path: inPortal + "/users/{targetUserId}/disable",
			Needs: mulesoft.UsersApprover, Do: setActive(false),
		},
		{
			ID: "updateUserGroup", Method: "PATCH", Path: inPortal + "/userGroups/{userGroupId}",
			Body: "UserGroupRequestDTO", Reply: "ProfileDTO", Do: updateGroup,
		},
		{ID: "deleteUserGroup", Method: "DELETE", Path: inPortal + "/userGroups/{userGroupId}", Do: deleteGroup},
		{
			ID: "approveProspect", Method: "PATCH", Path: inPortal + "/prospects/{prospectId}",
			Needs: mulesoft.UsersApprover, Body: "ProspectApproveDTO", Optional: true, Do: approve,
		},
		{
			ID: "rejectProspect", Method: "DELETE", Path: inPortal + "/prospects/{prospectId}",
			Needs: mulesoft.UsersApprover, Reply: "ProspectList", Do: reject,
		},
		{
			ID: "getAllVersionsVisibilityByGA", Method: "GET", Path: inPortal + "/assets/{groupId}/{assetId}",
			Reply: "ProducerAssetDetail", Do: getVisibility,
		},
		{
			ID: "updateCommunityAsset", Method: "PATCH", Path: inPortal + "/assets/{groupId}/{assetId}",
			Body: "CommunityAssetVersionUpdateDTO", Do: setVisibility,
		},
		{
			ID: "getCommunityUsers", Method: "GET", Path: inPortal + "/users",
			Needs: mulesoft.UsersApprover, Query: "CommunityUserQuery", Reply: "CommunityUserList", List: paged, Do: listUsers,
		},
		{
			ID: "getCommunityUser", Method: "GET", Path: inPortal + "/users/{userId}",
			Needs: mulesoft.UsersApprover, Reply: "CommunityUserDTO", Do: rest.Get,
		},
		{
			ID: "getProspects", Method: "GET", Path: inPortal + "/prospects",
			Needs: mulesoft.UsersApprover, Query: "ProspectQuery", Reply: "ProspectList", Do: listProspects,
		},
		{
			ID: "getProspectCount", Method: "GET", Path: inPortal + "/prospects/count",
			Needs: mulesoft.UsersApprover, Reply: "ProspectCountDTO", Do: countProspects,
		},
		{
			ID: "deleteGroupMappings", Method: "DELETE", Path: inPortal + "/userGroups/{userGroupId}/groupMappings/{idpId}/{groupMappingName}",
			Do: rest.Delete,
		},
	}
	for i := range rows {
		if rows[i].Needs == "" {
			rows[i].Needs = mulesoft.PortalAdministrator
		}
	}
	return rows
}
