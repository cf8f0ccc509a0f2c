import './blob.entity.js';
import './doomed-blob.entity.js';
