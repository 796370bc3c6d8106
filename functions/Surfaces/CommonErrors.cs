namespace Byon.Functions.Surfaces;

/// <summary>Errors that the HTTP layer, the tokens and the parts behind us can cause in any operation.</summary>
internal static class CommonErrors
{
    private static readonly ServedError[] OfAny =
    [
        new(400, "INVALID_ARGUMENT"), new(401, "UNAUTHENTICATED"), new(403, "PERMISSION_DENIED"), new(406, "NOT_ACCEPTABLE"),
        new(429, "TOO_MANY_REQUESTS"), new(500, "INTERNAL"), new(503, "UNAVAILABLE"),
    ];

    private static readonly ServedError[] OfBodies =
        [new(408, "TIMEOUT"), new(413, "PAYLOAD_TOO_LARGE"), new(415, "UNSUPPORTED_MEDIA_TYPE")];

    /// <summary>All errors of an operation: one entry per status, its codes together.</summary>
    public static IReadOnlyList<ServedError> AndOwn(ServedOperation operation) =>
    [
        .. OfAny.Concat(operation.RequestBody is null ? [] : OfBodies).Concat(operation.Errors)
            .GroupBy(error => error.Status)
            .OrderBy(group => group.Key)
            .Select(group => new ServedError(group.Key, [.. group.SelectMany(error => error.Codes).Distinct()])),
    ];
}
