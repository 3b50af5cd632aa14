package konnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// The paths that all but two of the rows begin with.
const (
	inProduct = "/api-products/{apiProductId}"
	inVersion = inProduct + "/product-versions/{apiProductVersionId}"
)

// companions are the API products themselves: no part of portal management, but what the Terraform provider and sync
// tools create first.
func companions() []api.Operation {
	rows := []api.Operation{
		{
			ID: "list-api-products", Method: "GET", Path: "/api-products", Summary: "List API products",
			Reply: "ApiProductList", Status: 200, Errors: []int{400, 401, 403}, List: apiProductList, Do: rest.List("konnect.api-product"),
		},
		{
			ID: "create-api-product", Method: "POST", Path: "/api-products", Summary: "Create an API product",
			Body: "CreateApiProduct", Reply: "ApiProduct", Status: 201, Errors: []int{400, 401, 403, 409}, Do: rest.Create("konnect.api-product"),
		},
		{
			ID: "get-api-product", Method: "GET", Path: inProduct, Summary: "Fetch an API product",
			Reply: "ApiProduct", Status: 200, Errors: []int{401, 403, 404}, Do: rest.Get,
		},
		{
			ID: "update-api-product", Method: "PATCH", Path: inProduct, Summary: "Update an API product",
			Body: "UpdateApiProduct", Reply: "ApiProduct", Status: 200, Errors: []int{400, 401, 403, 404, 409}, Do: rest.Merge,
		},
		{
			ID: "delete-api-product", Method: "DELETE", Path: inProduct, Summary: "Delete an API product",
			Status: 204, Errors: []int{401, 403, 404}, Do: rest.Delete,
		},
		{
			ID: "list-api-product-versions", Method: "GET", Path: inProduct + "/product-versions", Summary: "List the versions of an API product",
			Reply: "ApiProductVersionList", Status: 200, Errors: []int{400, 401, 403, 404},
			List: apiProductList, Do: rest.List("konnect.api-product-version"),
		},
		{
			ID: "create-api-product-version", Method: "POST", Path: inProduct + "/product-versions", Summary: "Create a version of an API product",
			Body: "CreateApiProductVersion", Reply: "ApiProductVersion", Status: 201, Errors: []int{400, 401, 403, 404},
			Do: rest.Create("konnect.api-product-version"),
		},
		{
			ID: "get-api-product-version", Method: "GET", Path: inVersion, Summary: "Fetch a version of an API product",
			Reply: "ApiProductVersion", Status: 200, Errors: []int{401, 403, 404}, Do: rest.Get,
		},
		{
			ID: "update-api-product-version", Method: "PATCH", Path: inVersion, Summary: "Update a version of an API product",
			Body: "UpdateApiProductVersion", Reply: "ApiProductVersion", Status: 200, Errors: []int{400, 401, 403, 404}, Do: rest.Merge,
		},
		{
			ID: "delete-api-product-version", Method: "DELETE", Path: inVersion, Summary: "Delete a version of an API product",
			Status: 204, Errors: []int{401, 403, 404}, Do: rest.Delete,
		},
	}
	for i := range rows {
		rows[i].Tag, rows[i].Companion = "API products", true
	}
	return rows
}
