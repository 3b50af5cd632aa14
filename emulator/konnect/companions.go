package konnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// companions are the API products themselves: no part of portal management, but what the Terraform provider and sync
// tools create first.
func companions() []api.Operation {
	return []api.Operation{
		{
			ID: "list-api-products", Method: "GET", Path: "/api-products",
			Summary: "List API products", Tag: "API products",
			Reply: "ApiProductList", Status: 200, Errors: []int{400, 401, 403},
			List: apiProductList, Companion: true, Do: rest.List("konnect.api-product"),
		},
		{
			ID: "create-api-product", Method: "POST", Path: "/api-products",
			Summary: "Create an API product", Tag: "API products",
			Body: "CreateApiProduct", Reply: "ApiProduct", Status: 201, Errors: []int{400, 401, 403, 409},
			Companion: true, Do: rest.Create("konnect.api-product"),
		},
		{
			ID: "get-api-product", Method: "GET", Path: "/api-products/{apiProductId}",
			Summary: "Fetch an API product", Tag: "API products",
			Reply: "ApiProduct", Status: 200, Errors: []int{401, 403, 404},
			Companion: true, Do: rest.Get,
		},
		{
			ID: "update-api-product", Method: "PATCH", Path: "/api-products/{apiProductId}",
			Summary: "Update an API product", Tag: "API products",
			Body: "UpdateApiProduct", Reply: "ApiProduct", Status: 200, Errors: []int{400, 401, 403, 404, 409},
			Companion: true, Do: rest.Merge,
		},
		{
			ID: "delete-api-product", Method: "DELETE", Path: "/api-products/{apiProductId}",
			Summary: "Delete an API product", Tag: "API products",
			Status: 204, Errors: []int{401, 403, 404},
			Companion: true, Do: rest.Delete,
		},
		{
			ID: "list-api-product-versions", Method: "GET", Path: "/api-products/{apiProductId}/product-versions",
			Summary: "List the versions of an API product", Tag: "API products",
			Reply: "ApiProductVersionList", Status: 200, Errors: []int{400, 401, 403, 404},
			List: apiProductVersionList, Companion: true, Do: rest.List("konnect.api-product-version"),
		},
		{
			ID: "create-api-product-version", Method: "POST", Path: "/api-products/{apiProductId}/product-versions",
			Summary: "Create a version of an API product", Tag: "API products",
			Body: "CreateApiProductVersion", Reply: "ApiProductVersion", Status: 201, Errors: []int{400, 401, 403, 404},
			Companion: true, Do: rest.Create("konnect.api-product-version"),
		},
		{
			ID: "get-api-product-version", Method: "GET", Path: "/api-products/{apiProductId}/product-versions/{apiProductVersionId}",
			Summary: "Fetch a version of an API product", Tag: "API products",
			Reply: "ApiProductVersion", Status: 200, Errors: []int{401, 403, 404},
			Companion: true, Do: rest.Get,
		},
		{
			ID: "update-api-product-version", Method: "PATCH", Path: "/api-products/{apiProductId}/product-versions/{apiProductVersionId}",
			Summary: "Update a version of an API product", Tag: "API products",
			Body: "UpdateApiProductVersion", Reply: "ApiProductVersion", Status: 200, Errors: []int{400, 401, 403, 404},
			Companion: true, Do: rest.Merge,
		},
		{
			ID: "delete-api-product-version", Method: "DELETE", Path: "/api-products/{apiProductId}/product-versions/{apiProductVersionId}",
			Summary: "Delete a version of an API product", Tag: "API products",
			Status: 204, Errors: []int{401, 403, 404},
			Companion: true, Do: rest.Delete,
		},
	}
}
