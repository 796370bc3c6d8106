namespace Byon.Functions.Surfaces.ByonV1;

/// <summary>Headers that BYON 0.1.2 asks for everywhere. Where the surface is not strict, a request without them is served.</summary>
internal static class ByonHeaders
{
    public const string ClientIdName = "clientId";

    public static readonly ServedParameter TransactionId = new(ParameterPlace.Header, "transactionId", Schema.Text());

    /// <summary>Value from the RACM response; call creation cannot do without it.</summary>
    public static readonly ServedParameter ClientId = new(ParameterPlace.Header, ClientIdName, Schema.Text());

    public static readonly ServedParameter OptionalClientId = ClientId with { Required = false };
}
