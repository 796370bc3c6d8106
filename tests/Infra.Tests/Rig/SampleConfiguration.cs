using Byon.Infra.Model;
using Byon.Infra.Model.Configuration;

namespace Byon.Tests.Infra.Tests.Rig;

/// <summary>A configuration that has what is required, and changes to it.</summary>
internal static class SampleConfiguration
{
    public const string ClientId = "00000000-0000-0000-0000-00000000000a";

    private static readonly Dictionary<string, string> Required = new()
    {
        [ConfigurationKeys.Location] = "westeurope",
        [ConfigurationKeys.Suffix] = "acme1",
        [ConfigurationKeys.ImsNextHop] = "sip:192.0.2.10:5060",
        [ConfigurationKeys.ImsDomain] = "ims.example",
        [ConfigurationKeys.ImsPeers] = "192.0.2.0/28",
        [ConfigurationKeys.Authority] = "https://issuer.example",
        [ConfigurationKeys.PoolKey] = Convert.ToBase64String(new byte[32]),
        [ConfigurationKeys.SshPublicKey] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExample operator",
        [ConfigurationKeys.AlertEmail] = "noc@operator.example",
        [ConfigurationKeys.ImageTag] = "0.1.0",
    };

    public static IEnumerable<string> RequiredKeys => Required.Keys;

    public static ServicePlan Plan(string stack = "prod", params (string Key, string? Value)[] changes) => ServicePlan.Read(Reader(changes), stack);

    /// <summary>The complaints, which there must be.</summary>
    public static IReadOnlyList<ConfigurationFault> Faults(string stack, params (string Key, string? Value)[] changes) =>
        Assert.Throws<ConfigurationException>(() => Plan(stack, changes)).Faults;

    private static Func<string, string?> Reader((string Key, string? Value)[] changes)
    {
        var values = new Dictionary<string, string?>(Required.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        foreach (var (key, value) in changes) values[key] = value;
        return key => values.GetValueOrDefault(key);
    }
}
