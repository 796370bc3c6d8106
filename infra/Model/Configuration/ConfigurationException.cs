namespace Byon.Infra.Model.Configuration;

/// <summary>The configuration cannot be used; one line per key.</summary>
public sealed class ConfigurationException(IReadOnlyList<ConfigurationFault> faults)
    : Exception(string.Join(Environment.NewLine, faults))
{
    public IReadOnlyList<ConfigurationFault> Faults { get; } = faults;
}
