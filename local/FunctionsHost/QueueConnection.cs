using Azure.Storage.Queues;

namespace Byon.Local.FunctionsHost;

/// <summary>Finds the queues of a trigger in the app settings, as the host does: a setting of the name, or a section of it.</summary>
internal static class QueueConnection
{
    /// <exception cref="InvalidDataException">No setting holds a connection string: this host knows no identities.</exception>
    public static QueueServiceClient Open(QueueFunction function, QueueSettings queues, IReadOnlyDictionary<string, string> settings)
    {
        string[] names = [$"AzureWebJobs{function.Connection}", function.Connection, $"{function.Connection}__connectionString"];
        var connection = settings.FirstOrDefault(setting => names.Contains(setting.Key, StringComparer.OrdinalIgnoreCase)).Value
            ?? throw new InvalidDataException($"{function.Name}/function.json: no app setting {function.Connection} or {names[^1]} holds a connection string.");
        var options = new QueueClientOptions { MessageEncoding = queues.EncodesBase64 ? QueueMessageEncoding.Base64 : QueueMessageEncoding.None };
        return new QueueServiceClient(connection, options);
    }
}
