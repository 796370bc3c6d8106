using Byon.Functions.Http;
using Byon.Platform;

namespace Byon.Functions.Surfaces;

/// <summary>Which publication a surface follows; decides its strictness and the names of its events.</summary>
internal enum Publication
{
    Camara,
    CamaraR22,
    Byon,

    /// <summary>Ours, in the form of CAMARA's current line.</summary>
    Extension,
}

/// <summary>One API at one version, told in one table. Routing, the OpenAPI document and the contract tests read the same rows.</summary>
internal sealed record Surface(ApiVersion Version, Publication Publication, string Title, IReadOnlyList<ServedOperation> Operations)
{
    /// <summary>See <see cref="SurfaceOptions"/>.</summary>
    public bool IsStrict { get; init; }
}

/// <summary>A row of a surface: an operation as this surface publishes it.</summary>
/// <param name="Path">Below the base path of the surface.</param>
/// <param name="Scopes">The caller holds one of these; an operation that asks for more says so itself.</param>
/// <param name="Run">Reads the request of this surface, runs the domain operation, writes the answer of this surface.</param>
internal sealed record ServedOperation(string Method, string Path, string OperationId, IReadOnlyList<string> Scopes, Operation Run)
{
    public required string Summary { get; init; }

    /// <summary>Without x-correlator, which every operation has.</summary>
    public IReadOnlyList<ServedParameter> Parameters { get; init; } = [];

    public Schema? RequestBody { get; init; }

    public required IReadOnlyList<ServedResponse> Successes { get; init; }

    /// <summary>Beyond those that any operation can have: <see cref="CommonErrors"/>.</summary>
    public IReadOnlyList<ServedError> Errors { get; init; } = [];

    /// <summary>Older paths of the same operation, routed but not documented.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Paths of faulty examples, routed unless the surface is strict.</summary>
    public IReadOnlyList<string> LenientAliases { get; init; } = [];
}

internal enum ParameterPlace
{
    Path,
    Query,
    Header,
}

internal sealed record ServedParameter(ParameterPlace In, string Name, Schema Schema, bool Required = true);

/// <param name="Body">Null where the answer has none.</param>
internal sealed record ServedResponse(int Status, Schema? Body = null);

internal sealed record ServedError(int Status, params IReadOnlyList<string> Codes);

/// <summary>The row an endpoint was mapped from, as metadata.</summary>
internal sealed record ServedEndpoint(Surface Surface, ServedOperation Operation);
